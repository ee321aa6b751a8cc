"""Credits by the calendar: they expire, and what is low is topped up."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog

from billing.clocks.timelines import Timeline, timelines
from billing.top_ups.queries import due_top_ups
from billing.top_ups.start import start_due_top_up
from billing.usage.expire import expire_credits
from database.upkeep import begin_period
from schemas.messages import SweepCredits
from workers.task import doorway, is_weather
from workers.wiring import Work

log = structlog.get_logger(__name__)

# Expired credits cannot be used from their instant on; taking them out of the books has time. By then a renewal has
# been paid, so that nobody is warned in the moment between the old period's credits and the new one's.
EXPIRY_GRACE = timedelta(minutes=10)
# One transaction's share: well below a second of locks.
EXPIRE_ROWS_MAX = 500
# One sweep's share of a timeline: what is left is a minute late, and no message runs into its time limit.
EXPIRE_ROUNDS_MAX = 40
TOP_UPS_MAX = 200


@doorway(SweepCredits)
def sweep(work: Work, message: SweepCredits) -> None:
    """Let credits expire, top up what is low."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
    sweep_credits(work)


def sweep_credits(work: Work) -> None:
    """Do what is due by the time of every timeline. Any number of callers at once do it once."""
    with work.database.transaction() as session:
        courses = timelines(session, work.now())
    for timeline in courses:
        expire_timeline(work, replace(timeline, now=timeline.now - EXPIRY_GRACE))
        top_up_timeline(work, timeline)


def expire_timeline(work: Work, timeline: Timeline) -> int:
    """Take out of the books what has expired at the timeline's instant; how many grants."""
    total = 0
    for _ in range(EXPIRE_ROUNDS_MAX):
        with work.database.transaction() as session:
            expired = expire_credits(session, timeline, EXPIRE_ROWS_MAX)
        total += expired
        if expired < EXPIRE_ROWS_MAX:
            break
    return total


def top_up_timeline(work: Work, timeline: Timeline) -> int:
    """Purchases that are due and were not begun, as after a new month; each stands for itself; how many."""
    with work.database.transaction() as session:
        due = due_top_ups(session, timeline, TOP_UPS_MAX)
    return sum(_top_up_one(work, timeline, account_id) for account_id in due)


def _top_up_one(work: Work, timeline: Timeline, account_id: UUID) -> bool:
    try:
        with work.database.transaction() as session:
            return start_due_top_up(session, account_id, timeline.now)
    except Exception as error:
        if is_weather(error):
            raise
        log.exception("top_up_failed", account_id=str(account_id))
        return False
