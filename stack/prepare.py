"""Bring a database to the state that the processes expect: migrated, the catalog seeded."""

from sqlalchemy.exc import OperationalError

from billing.catalog.seed import seed
from database.engine import Database, make_engine
from database.migrate import upgrade
from stack.errors import StackError


def migrate(database_url: str) -> None:
    """Apply the missing migrations. Raises StackError when PostgreSQL does not answer."""
    try:
        upgrade(database_url)
    except OperationalError as error:
        raise StackError(f"PostgreSQL does not answer: {error.orig}") from error


def seed_catalog(database_url: str) -> None:
    """Add the first credit packages, unless their slugs are there."""
    database = Database(make_engine(database_url))
    try:
        with database.transaction() as session:
            seed(session)
    finally:
        database.engine.dispose()


def prepare(database_url: str) -> None:
    """Both, in this order. Doing it again changes nothing."""
    migrate(database_url)
    seed_catalog(database_url)
