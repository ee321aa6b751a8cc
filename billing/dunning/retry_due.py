"""Try again what is due for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.dunning.candidates import find_candidates
from billing.dunning.queries import has_live_charge, lock_due
from billing.dunning.refuse import refuse_for_no_card
from billing.dunning.stop import stop_if_ended
from billing.dunning.tables import Dunning, DunningState
from billing.payments.intend_charge import intend_charge


def due_retries(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Invoices whose next try has come on this timeline and that have no charge under way, the longest due first."""
    due = select(Dunning.invoice_id).where(
        Dunning.state == DunningState.OPEN,
        Dunning.next_attempt_at <= timeline.now,
        Dunning.clock_id.is_not_distinct_from(timeline.clock_id),
        ~has_live_charge(),
    )
    return list(session.scalars(due.order_by(Dunning.next_attempt_at).limit(limit)))


def retry_due(session: Session, invoice_id: UUID, now: datetime) -> bool:
    """Begin the next charge of one invoice; false when somebody else has it, or it is due no more.

    Without a card that may pay it counts as refused for good; after the end of its subscription it is not tried any
    more. What is due stays due until the outcome is recorded: a charge that comes to nothing is begun again.
    """
    due = lock_due(session, invoice_id, Dunning.next_attempt_at <= now, now)
    if due is None:
        return False
    invoice, dunning = due
    if stop_if_ended(session, invoice, dunning, now):
        return True
    candidates = find_candidates(session, invoice)
    card = candidates.when_due()
    if card is None:
        refuse_for_no_card(session, invoice, now, candidates.last_refused if candidates.cards else None)
    else:
        intend_charge(session, invoice, f"dunning/{invoice.id}/{len(candidates.charges)}", now, card=card)
    return True


RETRIES = OneByOne(
    "retries",
    due_retries,
    retry_due,
    # at some 3 ms each a sweep stays far below the task's 90 seconds
    rows_max=1_000,
    next_at="(SELECT min(next_attempt_at) FROM dunnings WHERE clock_id = clock.id AND state = 'open')",
)
