"""Take turns: of all processes at one database, one at a time has the turn of a name."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, func, select

from database.engine import Database

# far longer than what a turn is for usually takes, and far shorter than what a message may take
WAIT_SECONDS = 2.0
POLL_SECONDS = 0.05


@contextmanager
def turn(database: Database, name: str) -> Iterator[bool]:
    """Whether the turn came within a moment; then it is ours until the end of the block.

    It belongs to a connection and ends with that: a worker that dies gives it back, and what is asked of a gateway
    meanwhile is asked in no transaction
    (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS).
    """
    key = func.hashtextextended(name, 0)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_ours = _take(connection, key)
        try:
            yield is_ours
        finally:
            if is_ours:
                connection.execute(select(func.pg_advisory_unlock(key)))


def _take(connection: Connection, key: ColumnElement[int]) -> bool:
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not connection.scalar(select(func.pg_try_advisory_lock(key))):
        if time.monotonic() > give_up_at:
            return False
        time.sleep(POLL_SECONDS)
    return True
