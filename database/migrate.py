"""Bring a database to the newest migration."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from database.engine import dialect_url
from database.lineage import begin_history
from database.roles import DatabaseUrls, renew_roles

# Any number of processes may start at once; the first migrates, the others wait and find nothing to do.
MIGRATION_LOCK = 0x0CA5BEA7
LOCK_WAIT = "60s"


def alembic_config(connection: Connection) -> Config:
    """Alembic bound to one open connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(urls: DatabaseUrls, revision: str = "head") -> None:
    """Apply what is missing and renew the roles, in one transaction. The owner needs CREATEROLE.

    Raises sqlalchemy.exc.OperationalError when the database cannot be reached or another migration holds the lock for
    longer than a minute, and what `renew_roles` raises.
    """
    engine = create_engine(dialect_url(urls.owner), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        command.upgrade(alembic_config(connection), revision)
        begin_history(connection)
        renew_roles(connection, urls)
