"""Let a change of plan expire that was not paid in time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.cycle.plan_change.drop_change import give_up_change
from billing.manual_payments.queries import WAITING_CLAIM, has_waiting_claim
from billing.subscriptions.pending_changes import IS_WAITING
from billing.subscriptions.tables import Collection, PendingChange, Subscription
from database.outbox import stage


def due_changes(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Invoices of changes whose time is over on this timeline, the longest over first."""
    due = (
        select(PendingChange.invoice_id)
        .join(Subscription, Subscription.id == PendingChange.subscription_id)
        .where(
            IS_WAITING,
            ~has_waiting_claim(PendingChange.invoice_id),
            PendingChange.expires_at <= timeline.now,
            Subscription.collection == Collection.CASHBEAT,
            Subscription.clock_id.is_not_distinct_from(timeline.clock_id),
        )
    )
    return list(session.scalars(due.order_by(PendingChange.expires_at).limit(limit)))


def expire_change(session: Session, invoice_id: UUID, now: datetime) -> bool:
    """Drop one change and tell its owner; false when it was paid or dropped meanwhile, or may just be being paid.

    What is under way is canceled at its gateway first; an outcome that is unknown is waited for.
    """
    change = session.get_one(PendingChange, invoice_id)
    if not give_up_change(session, change, now):
        return False
    stage(session, "plan_change_dropped", invoice_id, f"plan_change_dropped/{invoice_id}")
    return True


CHANGE_EXPIRIES = OneByOne(
    "change_expiries",
    due_changes,
    expire_change,
    # at some 3 ms each a sweep stays far below the task's 90 seconds
    rows_max=1_000,
    next_at=f"""(SELECT min(expires_at) FROM pending_changes JOIN subscriptions ON subscriptions.id = subscription_id
                WHERE clock_id = clock.id AND pending_changes.ended_at IS NULL AND collection = 'cashbeat'
                AND NOT EXISTS ({WAITING_CLAIM} pending_changes.invoice_id))""",  # noqa: S608 - a question of ours
)
