"""Renewals: bring on every subscription that is due, in batches, and set aside the one that cannot be."""

import traceback
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from billing.clocks.timelines import Timeline, timelines
from billing.cycle.renewal.come_due import come_due
from billing.cycle.renewal.due import claim_due, claim_these
from billing.cycle.renewal.set_aside import set_aside
from database.upkeep import begin_period
from schemas.messages import RenewSubscriptions
from workers.task import doorway, is_weather
from workers.wiring import Work

log = structlog.get_logger(__name__)

# A batch takes about a second, and holds the month's invoice counter for a fraction of that.
BATCH_MAX = 500
# One tick brings on so many at most; the next one, a minute later, or another worker takes the rest.
BATCHES_MAX = 60


@doorway(RenewSubscriptions)
def sweep(work: Work, message: RenewSubscriptions) -> None:
    """Bring on what is due, for everybody's course of time."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
    sweep_renewals(work)


def sweep_renewals(work: Work) -> int:
    """Bring on every due subscription; how many there were. Any number of workers may do this at once."""
    with work.database.transaction() as session:
        courses = timelines(session, work.now())
    return sum(renew_timeline(work, timeline) for timeline in courses)


def renew_timeline(work: Work, timeline: Timeline) -> int:
    """Bring on what is due on one course of time, a batch after the other, oldest first."""
    count = 0
    for _ in range(BATCHES_MAX):
        claimed = _renew_next(work, timeline)
        count += len(claimed)
        work.bell.ring_for(work.database.take_staged())
        if not claimed:
            break
    return count


def _renew_next(work: Work, timeline: Timeline) -> Sequence[UUID]:
    claimed: list[UUID] = []
    try:
        with work.database.transaction() as session:
            claimed = claim_due(session, timeline, BATCH_MAX)
            come_due(session, claimed, timeline.now)
    except Exception as error:
        if is_weather(error) or not claimed:
            raise
        _renew_in_halves(work, timeline, claimed)
    return claimed


def _renew_in_halves(work: Work, timeline: Timeline, ids: Sequence[UUID]) -> None:
    """A batch failed: halve it until the one that fails stands alone, and let all others pass."""
    if len(ids) == 1:
        _renew_alone(work, timeline, ids[0])
        return
    middle = len(ids) // 2
    for half in (ids[:middle], ids[middle:]):
        try:
            with work.database.transaction() as session:
                _come_due(session, half, timeline)
        except Exception as error:
            if is_weather(error):
                raise
            _renew_in_halves(work, timeline, half)


def _renew_alone(work: Work, timeline: Timeline, subscription_id: UUID) -> None:
    try:
        with work.database.transaction() as session:
            _come_due(session, [subscription_id], timeline)
    except Exception as error:
        if is_weather(error):
            raise
        log.exception("subscription_set_aside", subscription_id=str(subscription_id))
        with work.database.transaction() as session:
            set_aside(session, subscription_id, traceback.format_exc(), timeline.now)


def _come_due(session: Session, ids: Sequence[UUID], timeline: Timeline) -> None:
    come_due(session, claim_these(session, timeline, ids), timeline.now)
