"""Let a change of plan expire that was not paid in time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.cycle.plan_change.drop_change import give_up_change, lock_bill
from billing.manual_payments.hold import held_until, is_held
from billing.subscriptions.pending_changes import IS_WAITING
from billing.subscriptions.tables import Collection, PendingChange, Subscription
from database.outbox import stage


def due_changes(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Invoices of changes whose time is over on this timeline, the longest over first."""
    due = (
        select(PendingChange.invoice_id)
        .join(Subscription, Subscription.id == PendingChange.subscription_id)
        .where(
            _is_over(timeline.now),
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
    over = select(PendingChange.invoice_id).join(Subscription, Subscription.id == PendingChange.subscription_id)
    over = over.where(PendingChange.invoice_id == invoice_id, _is_over(now))
    # asked under the lock: it may just have been claimed
    if lock_bill(session, change) is None or session.scalar(over) is None or not give_up_change(session, change, now):
        return False
    stage(session, "plan_change_dropped", invoice_id, f"plan_change_dropped/{invoice_id}")
    return True


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Renewals wait for a change, so a claim holds it no longer than the period for whose rest it was quoted."""
    held = is_held(PendingChange.invoice_id, PendingChange.expires_at, now) & (Subscription.period_end > now)
    return and_(IS_WAITING, PendingChange.expires_at <= now, ~held)


_ENDS_AT = held_until("pending_changes.invoice_id", "pending_changes.expires_at")
CHANGE_EXPIRIES = OneByOne(
    "change_expiries",
    due_changes,
    expire_change,
    # at some 3 ms each a sweep stays far below the task's 90 seconds
    rows_max=1_000,
    next_at=f"""(SELECT min(least({_ENDS_AT}, subscriptions.period_end))
                FROM pending_changes JOIN subscriptions ON subscriptions.id = subscription_id
                WHERE clock_id = clock.id AND pending_changes.ended_at IS NULL AND collection = 'cashbeat')""",  # noqa: S608 - a question of ours
)
