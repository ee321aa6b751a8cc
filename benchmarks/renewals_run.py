"""The measured part of the renewals: all that is due, a batch after the other, as the sweep does it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil  # type: ignore[import-untyped]  # ships no types
from sqlalchemy import text

from billing.clocks.timelines import Timeline
from billing.cycle.renewal.come_due import RENEWALS
from billing.invariants import violations
from collector import settle_collector
from database.engine import Database, make_engine

NOW = datetime(2026, 3, 31, 10, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Renewed:
    """How many a second, and the most memory of this process after any batch."""

    per_second: float
    peak_mb: float


def renew(url: str, size: int) -> Renewed:
    """Renew so many, a transaction per batch; raises RuntimeError when the books are wrong afterwards."""
    settle_collector()
    database, process, peak_bytes = Database(make_engine(url)), psutil.Process(), 0
    started = time.perf_counter()
    while _renew_batch(database):
        database.take_staged()
        peak_bytes = max(peak_bytes, process.memory_info().rss)
    seconds = time.perf_counter() - started
    _check(database, size)
    database.engine.dispose()
    return Renewed(size / seconds, peak_bytes / 1e6)


def _renew_batch(database: Database) -> int:
    with database.transaction() as session:
        claimed = RENEWALS.claim(session, Timeline(None, NOW), RENEWALS.rows_max)
        RENEWALS.act(session, claimed, NOW)
    return len(claimed)


def _check(database: Database, size: int) -> None:
    """A fast wrong answer is no answer."""
    with database.transaction() as session:
        # a million of each take longer than anything else of ours may
        session.execute(text("SET LOCAL statement_timeout = 0"))
        renewed = session.scalar(text("SELECT count(*) FROM invoices WHERE reason = 'renewal'"))
        found = [violation for violation in violations(session) if "nothing_waits" not in violation]
    if renewed != size or found:
        raise RuntimeError(f"{renewed} of {size} were renewed; {found[:3]}")
