"""Let time go on for test clocks, from one instant at which something falls due to the next."""

import time
from collections.abc import Sequence
from uuid import UUID

import structlog

from billing.agenda.duties import DUTIES
from billing.agenda.move_on import move_on
from billing.agenda.outlook import Outlook, outlooks
from billing.clocks.timelines import Timeline
from billing.gateway_run.stage_syncs import stage_syncs
from database.weather import is_weather
from schemas.messages.commands import RunCommand
from workers.sweeps import do_due
from workers.wiring import Work

log = structlog.get_logger(__name__)

# A charge at the sandbox takes some ten milliseconds from the sweep to its record.
POLL_SECONDS = 0.02


def move_clocks(work: Work, budget_seconds: float) -> None:
    """Go from instant to instant on every clock that is on its way. Any number of workers may do this at once."""
    stop_at = time.monotonic() + budget_seconds
    stuck: set[UUID] = set()
    while time.monotonic() < stop_at:
        ahead = [outlook for outlook in _look(work) if outlook.clock_id not in stuck]
        if not ahead:
            return
        if not sum(_bring_on_safely(work, outlook, stuck) for outlook in ahead if outlook.is_quiet):
            time.sleep(POLL_SECONDS)


def _look(work: Work) -> Sequence[Outlook]:
    with work.database.transaction() as session:
        return outlooks(session)


def _bring_on_safely(work: Work, seen: Outlook, stuck: set[UUID]) -> bool:
    """A clock on which something fails, or stays due, waits for the next message; the others go on."""
    try:
        has_gone_on = _bring_on(work, seen)
    except Exception as error:
        if is_weather(error):
            raise
        log.exception("clock_failed", clock_id=str(seen.clock_id))
        stuck.add(seen.clock_id)
        return False
    if seen.is_due_now and not has_gone_on:
        stuck.add(seen.clock_id)
    return has_gone_on


def _bring_on(work: Work, seen: Outlook) -> bool:
    """Do what is due on a clock at which all is quiet; where that is nothing, move it on. True when anything was done.

    What comes last waits until nothing else is due at the instant.
    """
    timeline = Timeline(seen.clock_id, seen.frozen_at)
    done = sum(do_due(work, duty, timeline) for duty in DUTIES if not duty.is_last)
    done = done or sum(do_due(work, duty, timeline) for duty in DUTIES if duty.is_last)
    work.bell.ring_for(work.database.take_staged())
    return done > 0 or _move_on(work, seen)


def _move_on(work: Work, seen: Outlook) -> bool:
    """The gateway's clock goes first: a crash between the two is mended by the next try, which finds it there."""
    if seen.is_due_now or not _has_gateway_arrived(work, seen):
        return False
    operation_ids: Sequence[UUID] = ()
    with work.database.transaction() as session:
        has_moved = move_on(session, seen)
        if has_moved and seen.is_gateway_run and not seen.is_arriving:
            operation_ids = stage_syncs(session, seen.clock_id, seen.next_at)
    for operation_id in operation_ids:
        work.bell.ring(RunCommand(id=operation_id), task_id=operation_id)
    return has_moved


def _has_gateway_arrived(work: Work, seen: Outlook) -> bool:
    """Whether the gateway has worked through everything up to where we go next; starts it on its way if need be.

    Where it runs no subscription it is taken along to the target only.
    """
    goes_along = seen.is_gateway_run or seen.next_at == seen.target_at
    if seen.is_arriving or not seen.clock_ref or not goes_along:
        return True
    clocks = work.gateway(seen.gateway).test_clocks
    clock = clocks.fetch_clock(seen.clock_ref)
    if clock.is_ready and clock.frozen_at < seen.next_at:
        clock = clocks.advance_clock(seen.clock_ref, seen.next_at)
    return clock.is_ready and clock.frozen_at >= seen.next_at
