"""Is this machine's clock right? Due dates are compared with it, leases and periods with the database's."""

import time
from collections.abc import Callable
from datetime import datetime

import structlog

from database.clock import database_time
from database.engine import Database

log = structlog.get_logger(__name__)

# Within this, nothing that is due by the day or the hour is visibly early or late.
SKEW_SECONDS_MAX = 30.0
CHECK_SECONDS = 10.0


class ClockCheck:
    """One process's clock against the database's, looked at now and then."""

    def __init__(self, database: Database, read_clock: Callable[[], datetime]) -> None:
        self._database, self._read_clock = database, read_clock
        self._is_right = True
        self._checked_at = -CHECK_SECONDS

    def is_right(self) -> bool:
        """Whether work may be done by this clock; what is wrong is logged. Raises what a database raises."""
        if time.monotonic() - self._checked_at >= CHECK_SECONDS:
            skew_seconds = self.skew_seconds()
            self._is_right = abs(skew_seconds) <= SKEW_SECONDS_MAX
            self._checked_at = time.monotonic()
            if not self._is_right:
                log.error("clock_is_off", skew_seconds=round(skew_seconds, 1), most_seconds=SKEW_SECONDS_MAX)
        return self._is_right

    def skew_seconds(self) -> float:
        """How far it is ahead (behind, if negative) at the least: a slow answer is no fault of the clock."""
        before = self._read_clock()
        with self._database.transaction() as session:
            shown = database_time(session)
        after = self._read_clock()
        if before > shown:
            return (before - shown).total_seconds()
        return min(0.0, (after - shown).total_seconds())
