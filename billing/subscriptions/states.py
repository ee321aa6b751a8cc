"""The states of a subscription. Nobody else writes them; `billing/README.md` draws them."""

from datetime import datetime

from billing.errors import Rejected
from billing.subscriptions.rules import ENDED, due_at_of, is_in_trial
from billing.subscriptions.tables import Subscription, SubscriptionStatus

_S = SubscriptionStatus
TRANSITIONS: dict[SubscriptionStatus, frozenset[SubscriptionStatus]] = {
    _S.INCOMPLETE: frozenset({_S.TRIALING, _S.ACTIVE, _S.CANCELED, _S.EXPIRED}),
    _S.TRIALING: frozenset({_S.ACTIVE, _S.PAST_DUE, _S.PAUSED, _S.CANCELED}),
    # a renewal begins the next period
    _S.ACTIVE: frozenset({_S.ACTIVE, _S.PAST_DUE, _S.PAUSED, _S.CANCELED}),
    _S.PAST_DUE: frozenset({_S.ACTIVE, _S.TRIALING, _S.PAUSED, _S.CANCELED}),
    _S.PAUSED: frozenset({_S.ACTIVE, _S.TRIALING, _S.PAST_DUE, _S.CANCELED}),
    _S.CANCELED: frozenset(),
    _S.EXPIRED: frozenset(),
}


def move(subscription: Subscription, after: SubscriptionStatus, now: datetime) -> None:
    """Take one step of the state machine, and with it say when the cycle must look again.

    Raises Rejected `subscription_state` for a step that the state machine does not have.
    """
    before = subscription.status
    if after not in TRANSITIONS[before]:
        raise Rejected("subscription_state", f"A subscription cannot go from {before} to {after}.", status=409)
    subscription.status = after
    subscription.limits_suspended = False
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
    is_trial = is_in_trial(subscription) and now < subscription.period_end
    move(subscription, SubscriptionStatus.TRIALING if is_trial else SubscriptionStatus.ACTIVE, now)


def start(subscription: Subscription, now: datetime) -> None:
    """The first payment is there: one that is incomplete begins; any other stays as it is."""
    if subscription.status is SubscriptionStatus.INCOMPLETE:
        go_on(subscription, now)
