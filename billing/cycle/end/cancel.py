"""Cancel a subscription."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.credits.release import release_credits
from billing.cycle.plan_change.drop_change import drop_change
from billing.cycle.start.give_back_coupon import give_back_coupon
from billing.cycle.start.give_up_start import give_up_start
from billing.dunning.stop import stop_collecting
from billing.errors import Rejected
from billing.subscriptions.rules import ENDED
from billing.subscriptions.states import move
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.outbox import stage


def cancel_subscription(
    session: Session, subscription: Subscription, *, at_period_end: bool, cause: str, now: datetime
) -> None:
    """Let a subscription end with its period, or now. Nothing is refunded, and credits last as long as they were to.

    What is not active any more (incomplete, past due, paused) ends now in either case: there is no paid period to wait
    for. The bill of a start that was not paid is void, and a change of plan that waits for its payment is dropped. The
    caller holds the row's lock. Raises Rejected `subscription_ended`, and `payment_under_way` or `change_pending` while
    a charge may still pay for the start or for the change.
    """
    if subscription.status in ENDED:
        raise Rejected("subscription_ended", "The subscription has ended already.", status=409)
    drop_change(session, subscription, now)
    subscription.canceled_at = subscription.canceled_at or now
    if at_period_end and subscription.status in (SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE):
        subscription.cancel_at_period_end = True
    else:
        _end(session, subscription, now)
    stage(session, "subscription_canceled", subscription.id, f"subscription_canceled/{subscription.id}/{cause}")


def _end(session: Session, subscription: Subscription, now: datetime) -> None:
    if subscription.status is SubscriptionStatus.INCOMPLETE and not give_up_start(session, subscription, now):
        detail = "The first payment is under way; cancel again when its outcome is known."
        raise Rejected("payment_under_way", detail, status=409)
    give_back_coupon(session, subscription)
    end_subscription(session, subscription, now)


def end_subscription(session: Session, subscription: Subscription, now: datetime) -> None:
    """End it at once: nothing of it is charged any more, and credits that a pause held expire again."""
    move(subscription, SubscriptionStatus.CANCELED, now)
    stop_collecting(session, subscription, now)
    release_credits(session, subscription.account_id, subscription.id, now)
