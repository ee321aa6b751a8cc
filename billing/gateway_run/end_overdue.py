"""End what was to end with its period and has not: a gateway may know the wish and leave its end to us."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.gateway_run.stage_syncs import ASKED_ABOUT, stage_end_sync
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import Collection, Subscription
from schemas.facts.subscriptions import SubscriptionFact

# a gateway that ends it by itself has done so long before, and told
GRACE = timedelta(hours=1)


def is_overdue(fact: SubscriptionFact, now: datetime) -> bool:
    """Whether its end is left to us, and has come."""
    return fact.ended_at is None and fact.cancel_at_period_end and fact.period_end + GRACE <= now


def overdue_ends(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Subscriptions on this timeline that should be over by the books, the oldest first."""
    due = select(Subscription.id).where(
        Subscription.clock_id.is_not_distinct_from(timeline.clock_id),
        Subscription.collection == Collection.GATEWAY,
        Subscription.status.in_(ASKED_ABOUT),
        Subscription.cancel_at_period_end,
        Subscription.period_end + GRACE <= timeline.now,
    )
    return list(session.scalars(due.order_by(Subscription.period_end).limit(limit)))


def stage_end(session: Session, subscription_id: UUID, now: datetime) -> bool:
    """Have the gateway asked, once for each period: its answer tells whether the wish still stands."""
    stage_end_sync(session, subscription_id, get_subscription(session, subscription_id).period_end)
    return True


OVERDUE_ENDS = OneByOne(
    "overdue_ends",
    overdue_ends,
    stage_end,
    # at some 2 ms each the ends of a large shop's day are staged in a sweep
    rows_max=1_000,
)
