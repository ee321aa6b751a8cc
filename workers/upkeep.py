"""Upkeep of the pipeline's memory: ring again for what was not heard, forget what is old."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from database.among import is_among
from database.inbox import InboxEvent
from database.memory import WorkState
from database.operations import Operation, empty_operations
from database.outbox import OutboxEntry
from database.sweep import overdue
from database.unverified import UnverifiedEvent, forget_certificates
from database.upkeep import JobPeriod
from schemas.commands import KINDS_IN_SETS
from schemas.messages import TOPICS
from schemas.messages.commands import SET_IDS_MAX, RunCommand, RunSet
from schemas.messages.payments import ChargeCards
from schemas.messages.webhooks import WEBHOOK_IDS_MAX, HandleWebhooks, VerifyWebhooks
from workers import claims
from workers.producer import Bell
from workers.wiring import Work

TopicAndId = tuple[str, UUID]

# One sweep looks at so many rows of each memory; the next one, seconds later, takes the rest.
SWEEP_ROWS_MAX = 1_000
# Raw events hold personal data; 90 days outlast every dispute about what a gateway told us.
INBOX_KEPT = timedelta(days=90)
# What was asked for and what came of it: a year and a bit outlasts every question about a bill. Who repeats an old key
# still gets the same operation, and no effect twice; what it said is gone.
COMMANDS_KEPT = timedelta(days=400)
PERIODS_KEPT = timedelta(days=7)
PRUNE_ROWS_MAX = 10_000


def ring_again(work: Work) -> None:
    """Find what is due and unheard in all memories and ring for it."""
    with work.database.transaction() as session:
        events = _split_events(session, overdue(session, InboxEvent, SWEEP_ROWS_MAX))
        unverified = overdue(session, UnverifiedEvent, SWEEP_ROWS_MAX)
        operations, of_sets = _split_operations(session, overdue(session, Operation, SWEEP_ROWS_MAX))
        entries, suspects = _split_entries(session, overdue(session, OutboxEntry, SWEEP_ROWS_MAX))
    _ring_for_events(work.bell, *events)
    for start in range(0, len(unverified), WEBHOOK_IDS_MAX):
        work.bell.ring(VerifyWebhooks(ids=tuple(unverified[start : start + WEBHOOK_IDS_MAX])))
    for operation_id in operations:
        work.bell.ring(RunCommand(id=operation_id), task_id=operation_id)
    for start in range(0, len(of_sets), SET_IDS_MAX):
        work.bell.ring(RunSet(ids=tuple(of_sets[start : start + SET_IDS_MAX])))
    work.bell.ring_for(entries)
    for suspect in suspects:
        work.bell.ring_for([suspect])


def forget_old(work: Work) -> None:
    """Forget events, certificates, periods and what commands said past their time, a bounded number at once."""
    with work.database.transaction() as session:
        old = select(InboxEvent.id).where(
            InboxEvent.state == WorkState.DONE, InboxEvent.finished_at < func.now() - INBOX_KEPT
        )
        session.execute(delete(InboxEvent).where(InboxEvent.id.in_(old.limit(PRUNE_ROWS_MAX))))
        # what nobody could verify by then is no news any more, whoever has looked at it
        stale = select(UnverifiedEvent.id).where(UnverifiedEvent.created_at < func.now() - INBOX_KEPT)
        session.execute(delete(UnverifiedEvent).where(UnverifiedEvent.id.in_(stale.limit(PRUNE_ROWS_MAX))))
        empty_operations(session, COMMANDS_KEPT, PRUNE_ROWS_MAX)
        forget_certificates(session, work.wall().at)
        session.execute(delete(JobPeriod).where(JobPeriod.started_at < func.now() - PERIODS_KEPT))


def _split_events(session: Session, ids: list[UUID]) -> tuple[list[UUID], list[UUID]]:
    """(ids that may travel together, ids that travel alone)."""
    found = select(InboxEvent.id).where(is_among(InboxEvent.id, ids), InboxEvent.attempts >= claims.SUSPECT_ATTEMPTS)
    suspects = set(session.scalars(found))
    return [row_id for row_id in ids if row_id not in suspects], list(suspects)


def _split_operations(session: Session, ids: list[UUID]) -> tuple[list[UUID], list[UUID]]:
    """(ids that travel alone, ids that are carried out in sets)."""
    in_sets = select(Operation.id).where(
        is_among(Operation.id, ids),
        Operation.kind.in_(KINDS_IN_SETS),
        Operation.attempts < claims.SUSPECT_ATTEMPTS,
    )
    together = set(session.scalars(in_sets))
    return [row_id for row_id in ids if row_id not in together], list(together)


def _split_entries(session: Session, ids: list[UUID]) -> tuple[list[TopicAndId], list[TopicAndId]]:
    """The same for follow-ups. Charges travel together: a second attempt is nothing unusual there, and no reason."""
    columns = select(OutboxEntry.topic, OutboxEntry.id, OutboxEntry.attempts)
    entries = session.execute(columns.where(is_among(OutboxEntry.id, ids)))
    together: list[TopicAndId] = []
    alone: list[TopicAndId] = []
    for entry in entries:
        is_suspect = entry.attempts >= claims.SUSPECT_ATTEMPTS and TOPICS[entry.topic] is not ChargeCards
        (alone if is_suspect else together).append((entry.topic, entry.id))
    return together, alone


def _ring_for_events(bell: Bell, together: list[UUID], alone: list[UUID]) -> None:
    for start in range(0, len(together), WEBHOOK_IDS_MAX):
        bell.ring(HandleWebhooks(ids=tuple(together[start : start + WEBHOOK_IDS_MAX])))
    for row_id in alone:
        bell.ring(HandleWebhooks(ids=(row_id,)))
