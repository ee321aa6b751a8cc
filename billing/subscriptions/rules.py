"""Pure rules of a subscription's life."""

from datetime import datetime, timedelta

from billing.errors import Rejected
from billing.subscriptions.tables import Collection, Subscription, SubscriptionStatus

# A first payment may take so long; then the start is given up (Stripe: 23 hours).
INCOMPLETE_LIFETIME = timedelta(hours=23)
# So long a change of plan may wait for its payment; then it is dropped (Stripe's pending updates: 23 hours, too).
CHANGE_LIFETIME = timedelta(hours=23)
ENDED = frozenset({SubscriptionStatus.CANCELED, SubscriptionStatus.EXPIRED})
# a gateway's word for one that is past due and whose payment it tries no more
GIVEN_UP = "unpaid"


def check_up_to_date(next_due: datetime, now: datetime) -> None:
    """Raises Rejected `renewal_due` when what falls due at an instant is to be renewed before anything else."""
    if next_due <= now:
        raise Rejected("renewal_due", "The subscription is just being renewed; try again in a minute.", status=409)


def change_expires_at(subscription: Subscription, asked_at: datetime) -> datetime:
    """Until when a change of plan may be paid: never longer than the period whose rest it was quoted for."""
    return min(asked_at + CHANGE_LIFETIME, subscription.period_end)


def is_in_trial(subscription: Subscription) -> bool:
    """Also while it is paused in it. A trial is a period of its own: one that ends at another instant was billed."""
    return subscription.trial_end == subscription.period_end


def due_at_of(subscription: Subscription) -> datetime | None:
    """When the cycle must look at a subscription next; None when nothing comes by itself.

    One that is past due waits for its dunning to end: what was not paid is not billed on top.
    """
    if subscription.collection is Collection.GATEWAY:
        return None
    match subscription.status:
        case SubscriptionStatus.INCOMPLETE:
            return subscription.created_at + INCOMPLETE_LIFETIME
        case SubscriptionStatus.TRIALING | SubscriptionStatus.ACTIVE:
            return subscription.period_end
        case SubscriptionStatus.PAUSED:
            return subscription.resumes_at
        case _:
            return None
