"""Resume a paused subscription."""

from datetime import datetime

from billing.errors import Rejected
from billing.periods import SECOND
from billing.subscriptions.rules import move
from billing.subscriptions.tables import Subscription, SubscriptionStatus


def resume_subscription(subscription: Subscription, now: datetime) -> None:
    """Let the cycle run on: the period, the trial and all later boundaries move by the time that was paused.

    `now` is when it resumes, which is the promised instant when that has passed. The caller holds the row's lock.
    Raises Rejected `not_paused`.
    """
    paused_at = subscription.paused_at
    if paused_at is None:
        raise Rejected("not_paused", "The subscription is not paused.", status=409)
    was_trial = subscription.trial_end is not None and paused_at < subscription.trial_end
    shift = (now - paused_at) // SECOND * SECOND
    subscription.period_start += shift
    subscription.period_end += shift
    subscription.anchor = subscription.period_end
    if was_trial:
        subscription.trial_end = subscription.period_end
    move(subscription, SubscriptionStatus.TRIALING if was_trial else SubscriptionStatus.ACTIVE, now)
