"""A database session for one command, in whichever database this home works with."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from database.engine import Database, make_engine
from settings import Settings
from stack.prepare import migrate
from stack.stores import database_url


@contextmanager
def session(settings: Settings) -> Iterator[Session]:
    """One transaction on the migrated database; it commits at the end of the block."""
    with database_url(settings) as url:
        migrate(url)
        database = Database(make_engine(url))
        try:
            with database.transaction() as opened:
                yield opened
        finally:
            database.engine.dispose()
