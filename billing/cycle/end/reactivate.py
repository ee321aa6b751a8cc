"""Reactivate a subscription that was to end."""

from datetime import datetime

from billing.errors import Rejected
from billing.subscriptions.rules import ENDED
from billing.subscriptions.tables import Subscription


def reactivate_subscription(subscription: Subscription, now: datetime) -> None:
    """Take back a cancellation whose day has not come. The caller holds the row's lock.

    Raises Rejected `subscription_ended` when it has (also when the sweep has not been there yet), `not_canceled` when
    there is nothing to take back. The day of one that is paused cannot come: its period stands still.
    """
    is_over = subscription.cancel_at_period_end and subscription.paused_at is None and subscription.period_end <= now
    if subscription.status in ENDED or is_over:
        raise Rejected("subscription_ended", "The subscription has ended; create a new one.", status=409)
    if not subscription.cancel_at_period_end:
        raise Rejected("not_canceled", "The subscription is not going to end.", status=409)
    subscription.cancel_at_period_end = False
    subscription.canceled_at = None
