"""Give up a subscription whose hosted checkout ended without it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.cycle.start.give_back_coupon import give_back_coupon
from billing.cycle.start.give_back_trial import give_back_trial
from billing.subscriptions.states import move
from billing.subscriptions.tables import Collection, Subscription, SubscriptionStatus


def expire_checkout(session: Session, subscription_id: UUID, now: datetime) -> None:
    """The hosted checkout ended without a subscription. `now` is the account's own time."""
    subscription = session.get(Subscription, subscription_id, with_for_update=True)
    if (
        subscription is not None
        and subscription.status is SubscriptionStatus.INCOMPLETE
        and subscription.collection is Collection.GATEWAY
        and not subscription.subscription_ref
    ):
        give_back_coupon(session, subscription)
        give_back_trial(session, subscription)
        move(subscription, SubscriptionStatus.EXPIRED, now)
