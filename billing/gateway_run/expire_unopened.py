"""Let a start expire whose page never came about: nobody was told its address, and nobody tries to open it any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.gateway_run.expire_checkout import expire_checkout
from billing.payments.start_checkout import CHECKOUT_LIFETIME
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import Collection, Subscription, SubscriptionStatus
from database.memory import WorkState
from database.operations import Operation

# their operation is tried again by a person only, who has as long for it as the page would have been open
UNTRIED = (WorkState.PARKED, WorkState.REJECTED, WorkState.DISCARDED)


def unopened_starts(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Starts on this timeline whose page would be over by now and was never opened, the oldest first."""
    on_timeline = Subscription.clock_id.is_not_distinct_from(timeline.clock_id)
    due = _unopened(timeline.now).where(on_timeline).order_by(Subscription.created_at)
    return list(session.scalars(due.limit(limit)))


def expire_unopened(session: Session, subscription_id: UUID, now: datetime) -> bool:
    """Give back what it holds, its coupon and its trial; false when somebody has its operation tried again just now."""
    # that try waits for this lock, and then finds the start expired
    lock_account(session, get_subscription(session, subscription_id).account_id)
    if session.scalar(_unopened(now).where(Subscription.id == subscription_id)) is None:
        return False
    expire_checkout(session, subscription_id, now)
    return True


def _unopened(now: datetime) -> Select[UUID]:
    """A subscription's id is that of the operation that asked for its page."""
    return (
        select(Subscription.id)
        .join(Operation, Operation.id == Subscription.id)
        .where(
            Subscription.status == SubscriptionStatus.INCOMPLETE,
            Subscription.collection == Collection.GATEWAY,
            Subscription.subscription_ref == "",
            Subscription.created_at <= now - CHECKOUT_LIFETIME,
            Operation.state.in_(UNTRIED),
        )
    )


UNOPENED_STARTS = OneByOne(
    "unopened_starts",
    unopened_starts,
    expire_unopened,
    # one is rare; at some 3 ms each even those of a gateway's worst day are done in a sweep
    rows_max=1_000,
)
