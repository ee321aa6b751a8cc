"""PostgreSQL and the broker of one stack: embedded, unless an address says that there are others."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from settings import Settings
from stack import discover
from stack import home as homes
from stack.postgres import EmbeddedPostgres

DATABASE_NAME = "cashbeat"


@contextlib.contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """Address of the database that a command is to work on, for as long as the block lasts.

    That is the configured one, or the running stack's, or the embedded one started for this moment.
    """
    known = settings.database_url or discover.environment(settings.cashbeat_home).get("DATABASE_URL", "")
    if known:
        yield known
        return
    home = homes.prepare(settings.cashbeat_home)
    with homes.exclusive(home), embedded_postgres(home) as server:
        yield server.url(DATABASE_NAME)


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
