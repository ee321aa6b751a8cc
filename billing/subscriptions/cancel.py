"""Cancel a subscription."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.dunning.stop import stop_dunnings
from billing.errors import Rejected
from billing.subscriptions.rules import ENDED, move
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.outbox import stage


def cancel_subscription(
    session: Session, subscription: Subscription, *, at_period_end: bool, cause: str, now: datetime
) -> None:
    """Let a subscription end with its period, or now. Nothing is refunded, and credits last as long as they were to.

    What is not active any more (incomplete, past due, paused) ends now in either case: there is no paid period to wait
    for. The caller holds the row's lock. Raises Rejected `subscription_ended`.
    """
    if subscription.status in ENDED:
        raise Rejected("subscription_ended", "The subscription has ended already.", status=409)
    subscription.canceled_at = subscription.canceled_at or now
    if at_period_end and subscription.status in (SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE):
        subscription.cancel_at_period_end = True
    else:
        move(subscription, SubscriptionStatus.CANCELED, now)
        stop_dunnings(session, subscription, now)
    stage(session, "subscription_cancelled", subscription.id, f"subscription_cancelled/{subscription.id}/{cause}")
