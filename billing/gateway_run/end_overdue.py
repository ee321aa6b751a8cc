"""End what was to end with its period and has not: a gateway may know the wish and leave its end to us."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.gateway_run.stage_syncs import ASKED_ABOUT, stage_end_sync
from billing.subscriptions.tables import Collection, Subscription
from schemas.facts.subscriptions import SubscriptionFact

# a gateway that ends it by itself has done so long before, and told
GRACE = timedelta(hours=1)
# one that could not be ended, or whose answer parked, is asked about again
ASKED_AGAIN_AFTER = timedelta(days=1)


def is_overdue(fact: SubscriptionFact, now: datetime) -> bool:
    """Whether its end is left to us, and has come."""
    return fact.ended_at is None and fact.cancel_at_period_end and fact.period_end + GRACE <= now


def overdue_ends(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Subscriptions on this timeline that should be over by the books, the oldest first, and not asked about today."""
    of_timeline = Subscription.clock_id.is_not_distinct_from(timeline.clock_id)
    due = select(Subscription.id).where(of_timeline, _is_due(timeline.now))
    return list(session.scalars(due.order_by(Subscription.period_end).limit(limit)))


def stage_end(session: Session, subscription_id: UUID, now: datetime) -> bool:
    """Have the gateway asked, once a day until it is over: its answer tells whether the wish still stands."""
    due = update(Subscription).where(Subscription.id == subscription_id, _is_due(now))
    asked = due.values(end_asked_at=now).returning(Subscription.id)
    if session.scalar(asked) is None:
        return False
    stage_end_sync(session, subscription_id, now)
    return True


def _is_due(now: datetime) -> ColumnElement[bool]:
    asked_at = Subscription.end_asked_at
    return and_(
        Subscription.collection == Collection.GATEWAY,
        Subscription.status.in_(ASKED_ABOUT),
        Subscription.cancel_at_period_end,
        Subscription.period_end + GRACE <= now,
        or_(asked_at.is_(None), asked_at + ASKED_AGAIN_AFTER <= now),
    )


OVERDUE_ENDS = OneByOne(
    "overdue_ends",
    overdue_ends,
    stage_end,
    # at some 2 ms each the ends of a large shop's day are staged in a sweep
    rows_max=1_000,
)
