"""PostgreSQL and the broker of one stack: embedded, unless an address says that there are others."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from database.role_names import CONSOLE, INGRESS, PORTAL, WORKER
from database.roles import DatabaseUrls, as_role
from settings import Settings
from stack import discover
from stack import home as homes
from stack.errors import StackError
from stack.postgres import EmbeddedPostgres

DATABASE_NAME = "cashbeat"
# in the order of `DatabaseUrls`
ADDRESSES_OF_ROLES = ("INGRESS_DATABASE_URL", "WORKER_DATABASE_URL", "PORTAL_DATABASE_URL", "CONSOLE_DATABASE_URL")


@contextlib.contextmanager
def database_urls(settings: Settings) -> Iterator[DatabaseUrls]:
    """Addresses of the database that a command is to work on, for as long as the block lasts.

    That is the configured one, or the running stack's, or the embedded one started for this moment.
    """
    home = homes.prepare(settings.cashbeat_home)
    if settings.database_url:
        yield urls_of(settings, home, settings.database_url)
        return
    if running := discover.environment(home):
        # as its processes enter it, which may have been told so by an environment that is not ours
        yield DatabaseUrls(*(running[name] for name in ("DATABASE_URL", *ADDRESSES_OF_ROLES)))
        return
    with homes.exclusive(home), embedded_postgres(home) as server:
        yield urls_of(settings, home, server.url(DATABASE_NAME))


@contextlib.contextmanager
def urls_to_migrate(settings: Settings) -> Iterator[DatabaseUrls]:
    """As `database_urls`, for whoever sets the roles' passwords to those of their addresses.

    Raises StackError where DATABASE_URL is set without these: a password made up here would be the role's from then on,
    and turn away the processes that run with another.
    """
    missing = [name for name in ADDRESSES_OF_ROLES if not settings.plain(name.lower())]
    if settings.database_url and missing:
        raise StackError(
            f"{', '.join(missing)} must be set beside DATABASE_URL: migrating gives the roles the passwords of these"
        )
    with database_urls(settings) as urls:
        yield urls


def known_database_url(settings: Settings) -> str:
    """The owner's address of the configured database, or of the running stack's; empty when there is neither."""
    return settings.database_url or discover.environment(settings.cashbeat_home).get("DATABASE_URL", "")


def urls_of(settings: Settings, home: Path, owner_url: str) -> DatabaseUrls:
    """How each process enters the owner's database: as it is set, else with a password that this home makes up.

    What is set belongs to the database that is set. The processes of another one, as of an embedded server, must never
    be sent there: they would work on real books with a sandbox's money.
    """
    is_theirs = bool(settings.database_url) and owner_url == settings.database_url

    def entered_by(role: str, configured: str) -> str:
        return configured if configured and is_theirs else as_role(owner_url, role, homes.secret(home, role))

    return DatabaseUrls(
        owner=owner_url,
        ingress=entered_by(INGRESS, settings.ingress_database_url),
        worker=entered_by(WORKER, settings.worker_database_url),
        portal=entered_by(PORTAL, settings.portal_database_url),
        console=entered_by(CONSOLE, settings.console_database_url),
    )


@contextlib.contextmanager
def embedded_postgres(home: Path) -> Iterator[EmbeddedPostgres]:
    """The embedded server with its database, stopped at the end."""
    server = EmbeddedPostgres(home)
    try:
        server.start()
        server.create_database(DATABASE_NAME)
        yield server
    finally:
        server.stop()
