"""What happens to a subscription that is due: it is renewed, or it ends, expires or resumes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from billing.clocks.duty import InBatches
from billing.cycle.pause.resume import resume_subscription
from billing.cycle.renewal.due import claim_due, claim_these, load_due
from billing.cycle.renewal.renew import renew_subscriptions
from billing.cycle.renewal.set_aside import set_aside
from billing.cycle.start.give_back_coupon import give_back_coupon
from billing.cycle.start.give_up_start import give_up_start, lock_unpaid
from billing.invoices.tables import Invoice
from billing.manual_payments.hold import is_held
from billing.subscriptions.rules import INCOMPLETE_LIFETIME
from billing.subscriptions.states import move
from billing.subscriptions.tables import Subscription, SubscriptionStatus

# A start that is given up while a charge is still under way waits for the charge's outcome.
GRACE = timedelta(hours=1)
# Somebody may decide about a claim at any time; once a day it is asked whether they have.
ASKED_AGAIN_AFTER = timedelta(days=1)


def come_due(session: Session, subscription_ids: Sequence[UUID], now: datetime) -> None:
    """Do what is due with each of them at `now`, the time of the accounts they are of; one step each.

    The caller holds their row locks. Nearly all are renewals, which are done together.
    """
    renewing = []
    for subscription in load_due(session, subscription_ids):
        if subscription.status is SubscriptionStatus.INCOMPLETE:
            _expire(session, subscription, now)
        elif subscription.status is SubscriptionStatus.PAUSED:
            resume_subscription(session, subscription, subscription.resumes_at or now)
        elif subscription.cancel_at_period_end:
            # it ended then, however late this is
            move(subscription, SubscriptionStatus.CANCELED, subscription.period_end)
        else:
            renewing.append(subscription)
    renew_subscriptions(session, renewing, now)


def _expire(session: Session, subscription: Subscription, now: datetime) -> None:
    """No first payment came: the subscription never began. A claim may hold it for a while."""
    if lock_unpaid(session, subscription) is None:
        subscription.due_at = now + GRACE
    elif _is_held(session, subscription, now):
        subscription.due_at = now + ASKED_AGAIN_AFTER
    elif give_up_start(session, subscription, now):
        give_back_coupon(session, subscription)
        move(subscription, SubscriptionStatus.EXPIRED, now)
    else:
        subscription.due_at = now + GRACE


def _is_held(session: Session, subscription: Subscription, now: datetime) -> bool:
    """The caller holds the row locks of its unpaid invoices."""
    ends_at = literal(subscription.created_at + INCOMPLETE_LIFETIME)
    held = select(Invoice.id).where(Invoice.subscription_id == subscription.id, is_held(Invoice.id, ends_at, now))
    return session.scalar(held.limit(1)) is not None


RENEWALS = InBatches(
    "renewals",
    claim_due,
    claim_these,
    come_due,
    set_aside,
    # a batch takes about a second, and holds the month's invoice counter for a fraction of that
    rows_max=500,
    # one tick brings on so many at most; the next one, a minute later, or another worker takes the rest
    rounds_max=60,
    next_at="""(SELECT min(due_at) FROM subscriptions
                WHERE clock_id = clock.id AND due_at IS NOT NULL AND failed_at IS NULL)""",
)
