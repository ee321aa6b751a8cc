"""Do what is due by the calendar: one engine for all duties, for sweeps and for test clocks alike."""

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from billing.clocks.duty import AllAtOnce, Duty, InBatches, OneByOne
from billing.clocks.timelines import Timeline, timelines
from database.weather import is_weather
from workers.halves import in_halves
from workers.wiring import Work

log = structlog.get_logger(__name__)


def sweep(work: Work, duties: Iterable[Duty]) -> int:
    """Do what is due for everybody's course of time, a bounded amount of it; how many rows were acted on.

    Any number of workers may do this at once.
    """
    with work.database.transaction() as session:
        courses = timelines(session, work.wall())
    return sum(do_due(work, duty, _delayed(duty, timeline)) for timeline in courses for duty in duties)


def do_due(work: Work, duty: Duty, timeline: Timeline) -> int:
    """Do what is due of one duty at a timeline's instant; how many rows were acted on."""
    match duty:
        case OneByOne():
            return _one_by_one(work, duty, timeline)
        case AllAtOnce():
            return _all_at_once(work, duty, timeline)
        case InBatches():
            return _in_batches(work, duty, timeline)


def _delayed(duty: Duty, timeline: Timeline) -> Timeline:
    return replace(timeline, now=timeline.now - duty.grace) if isinstance(duty, AllAtOnce) else timeline


def _one_by_one(work: Work, duty: OneByOne, timeline: Timeline) -> int:
    with work.database.transaction() as session:
        due = duty.find(session, timeline, duty.rows_max)
    return sum(_one(work, duty, timeline, row_id) for row_id in due)


def _one(work: Work, duty: OneByOne, timeline: Timeline, row_id: UUID) -> bool:
    try:
        with work.database.transaction() as session:
            return duty.act(session, row_id, timeline.now)
    except Exception as error:
        if is_weather(error):
            raise
        log.exception("duty_failed", duty=duty.name, row_id=str(row_id))
        return False


def _all_at_once(work: Work, duty: AllAtOnce, timeline: Timeline) -> int:
    total = 0
    for _ in range(duty.rounds_max):
        with work.database.transaction() as session:
            done = duty.act(session, timeline, duty.rows_max)
        total += done
        if done < duty.rows_max:
            break
    return total


def _in_batches(work: Work, duty: InBatches, timeline: Timeline) -> int:
    total = 0
    for _ in range(duty.rounds_max):
        claimed = _next_batch(work, duty, timeline)
        total += len(claimed)
        work.bell.ring_for(work.database.take_staged())
        if not claimed:
            break
    return total


def _next_batch(work: Work, duty: InBatches, timeline: Timeline) -> Sequence[UUID]:
    claimed: Sequence[UUID] = ()
    try:
        with work.database.transaction() as session:
            claimed = duty.claim(session, timeline, duty.rows_max)
            duty.act(session, claimed, timeline.now)
    except Exception as error:
        if is_weather(error) or not claimed:
            raise
        _in_parts(work, duty, timeline, claimed)
    return claimed


def _in_parts(work: Work, duty: InBatches, timeline: Timeline, claimed: Sequence[UUID]) -> None:
    """A batch failed as a whole."""

    def act(ids: Sequence[UUID]) -> None:
        with work.database.transaction() as session:
            duty.act(session, duty.claim_these(session, timeline, ids), timeline.now)

    def alone(row_id: UUID, error: Exception) -> None:
        log.error("set_aside", duty=duty.name, row_id=str(row_id), exc_info=error)
        with work.database.transaction() as session:
            _set_aside(session, duty, row_id, error, timeline)

    in_halves(claimed, act, alone)


def _set_aside(session: Session, duty: InBatches, row_id: UUID, error: Exception, timeline: Timeline) -> None:
    duty.set_aside(session, row_id, "".join(traceback.format_exception(error)), timeline.now)
