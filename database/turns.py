"""Take turns: of all processes at one database, one at a time has the turn of a name."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from database.engine import Database


@contextmanager
def turn(database: Database, name: str) -> Iterator[bool]:
    """Whether the turn is ours; then it is until the end of the block, and nobody waits for it.

    It belongs to a connection of its own and ends with that: a worker that dies gives it back, and what is asked of a
    gateway meanwhile is asked in no transaction
    (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS).
    """
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()
        taken = connection.scalar(select(func.pg_try_advisory_lock(func.hashtextextended(name, 0))))
        yield bool(taken)
