"""Dunning: try again what is due, end what had its last try."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from billing.clocks.timelines import Timeline, timelines
from billing.dunning.retry_due import due_retries, retry_due
from billing.outcomes.end_dunning import due_ends, end_due
from database.upkeep import begin_period
from schemas.messages import DunInvoices
from workers.task import doorway, is_weather
from workers.wiring import Work

log = structlog.get_logger(__name__)

# One sweep takes so many rows of each kind and timeline; at some 3 ms each it stays far below the task's 90 seconds.
SWEEP_ROWS_MAX = 1_000

Find = Callable[[Session, Timeline, int], list[UUID]]
Act = Callable[[Session, UUID, datetime], bool]
# retries first: what cannot be tried for want of a card may end in the same sweep
STEPS: tuple[tuple[Find, Act], ...] = ((due_retries, retry_due), (due_ends, end_due))


@doorway(DunInvoices)
def sweep(work: Work, message: DunInvoices) -> None:
    """Look at every timeline once per period."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
    sweep_dunning(work)


def sweep_dunning(work: Work) -> int:
    """Do everything that is due on every timeline, a bounded number of invoices each; how many were acted on."""
    with work.database.transaction() as session:
        courses = timelines(session, work.now())
    return sum(dun_timeline(work, timeline) for timeline in courses)


def dun_timeline(work: Work, timeline: Timeline) -> int:
    """Do what is due on one timeline; how many invoices were acted on."""
    return sum(_step(work, timeline, find, act) for find, act in STEPS)


def _step(work: Work, timeline: Timeline, find: Find, act: Act) -> int:
    with work.database.transaction() as session:
        due = find(session, timeline, SWEEP_ROWS_MAX)
    return sum(_act(work, timeline, act, invoice_id) for invoice_id in due)


def _act(work: Work, timeline: Timeline, act: Act, invoice_id: UUID) -> bool:
    """One invoice, one transaction: what goes wrong with one holds up no other."""
    try:
        with work.database.transaction() as session:
            return act(session, invoice_id, timeline.now)
    except Exception as error:
        if is_weather(error):
            raise
        log.exception("dunning_failed", invoice_id=str(invoice_id))
        return False
