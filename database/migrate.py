"""Bring a database to the newest migration."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg2.errors import UndefinedColumn, UndefinedTable
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from database.engine import dialect_url
from database.lineage import begin_history
from database.roles import DatabaseUrls, renew_roles

# Any number of processes may start at once; the first migrates, the others wait and find nothing to do.
MIGRATION_LOCK = 0x0CA5BEA7
LOCK_WAIT = "60s"


class MadeElsewhere(Exception):
    """A database that says it is up to date, and is not. The text is one sentence for an operator."""


def alembic_config(connection: Connection) -> Config:
    """Alembic bound to one open connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(urls: DatabaseUrls, revision: str = "head") -> str | None:
    """Apply what is missing and renew the roles, in one transaction. The owner needs CREATEROLE.

    Returns the revision of a database that a later release migrated. Its tables are left alone: migrations only add, so
    that this release runs on them, with the rights that it gives. Raises MadeElsewhere, what `renew_roles` raises, and
    sqlalchemy.exc.OperationalError when the database cannot be reached or another migration holds the lock for longer
    than a minute.
    """
    engine = create_engine(dialect_url(urls.owner), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        config = alembic_config(connection)
        later = _unknown_revision(connection, config)
        if later is None:
            command.upgrade(config, revision)
        _finish(connection, urls)
    return later


def _unknown_revision(connection: Connection, config: Config) -> str | None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    present = MigrationContext.configure(connection).get_current_revision()
    return None if present in known else present


def _finish(connection: Connection, urls: DatabaseUrls) -> None:
    try:
        begin_history(connection)
        renew_roles(connection, urls)
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable | UndefinedColumn):
            raise
        said = str(error.orig).partition("\n")[0]
        raise MadeElsewhere(
            f"the database was made by another checkout of the same revision ({said}) and cannot be "
            "brought further; nothing was changed. Go back to that checkout, or begin with an empty database"
        ) from error
