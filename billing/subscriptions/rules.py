"""Pure rules of a subscription's life."""

from datetime import datetime, timedelta

from billing.errors import Rejected
from billing.subscriptions.tables import TRANSITIONS, Collection, Subscription, SubscriptionStatus

# A first payment may take so long; then the start is given up (Stripe: 23 hours).
INCOMPLETE_LIFETIME = timedelta(hours=23)
ENDED = frozenset({SubscriptionStatus.CANCELED, SubscriptionStatus.EXPIRED})


def move(subscription: Subscription, after: SubscriptionStatus, now: datetime) -> None:
    """Take one step of the state machine, and with it say when the cycle must look again.

    Raises Rejected `subscription_state` for a step that the state machine does not have.
    """
    before = subscription.status
    if after not in TRANSITIONS[before]:
        raise Rejected("subscription_state", f"A subscription cannot go from {before} to {after}.", status=409)
    subscription.status = after
    subscription.paused_at = now if after is SubscriptionStatus.PAUSED else None
    if after is not SubscriptionStatus.PAUSED:
        subscription.resumes_at = None
    if after in ENDED:
        subscription.ended_at = now
        subscription.cancel_at_period_end = False
        subscription.next_price_id = None
    subscription.due_at = due_at_of(subscription)


def go_on(subscription: Subscription, now: datetime) -> None:
    """Run after a payment that was waited for; a trial goes on to its end.

    What was sold with a trial is paid before the plan is. Raises Rejected `subscription_state`.
    """
    # a trial is a period of its own; a period that ends at another instant was billed, and is no trial
    is_trial = subscription.trial_end == subscription.period_end and now < subscription.period_end
    move(subscription, SubscriptionStatus.TRIALING if is_trial else SubscriptionStatus.ACTIVE, now)


def start(subscription: Subscription, now: datetime) -> None:
    """The first payment is there: one that is incomplete begins; any other stays as it is."""
    if subscription.status is SubscriptionStatus.INCOMPLETE:
        go_on(subscription, now)


def check_up_to_date(next_due: datetime, now: datetime) -> None:
    """Raises Rejected `renewal_due` when what falls due at an instant is to be renewed before anything else."""
    if next_due <= now:
        raise Rejected("renewal_due", "The subscription is just being renewed; try again in a minute.", status=409)


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
