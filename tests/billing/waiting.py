"""Tests of races: all must have come to the lock before it is let go."""

import time

from sqlalchemy import text

from database.engine import Database

WAITING_FOR_A_LOCK = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
""")
PATIENCE_SECONDS = 4.0  # less than the lock timeout of those who wait


def count_waiting(database: Database) -> int:
    """How many sessions wait for a lock now."""
    with database.transaction() as session:
        return int(session.scalars(WAITING_FOR_A_LOCK).one())


def await_waiting(database: Database, count: int = 1) -> None:
    """Until so many sessions wait for a lock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while count_waiting(database) < count:
        assert time.monotonic() < deadline, f"{count} never waited"
        time.sleep(0.02)
