"""Resume a paused subscription."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.periods import SECOND
from billing.subscriptions.rules import move
from billing.subscriptions.tables import Subscription, SubscriptionStatus


def resume_subscription(session: Session, subscription: Subscription, now: datetime) -> None:
    """Let the cycle run on: the period, the trial and all later boundaries move by the time that was paused.

    One that was paused because something of its period was never paid begins a new period instead, which is billed at
    once. It resumes at `now`, or at the promised instant when that has passed. The caller holds the row's lock. Raises
    Rejected `not_paused`.
    """
    if subscription.paused_at is None:
        raise Rejected("not_paused", "The subscription is not paused.", status=409)
    at = min(now, subscription.resumes_at or now)
    if _is_unpaid(session, subscription):
        subscription.anchor = subscription.period_end = at.replace(microsecond=0)
        move(subscription, SubscriptionStatus.ACTIVE, at)
    else:
        _run_on(subscription, subscription.paused_at, at)


def _run_on(subscription: Subscription, paused_at: datetime, now: datetime) -> None:
    was_trial = subscription.trial_end is not None and paused_at < subscription.trial_end
    shift = (now - paused_at) // SECOND * SECOND
    subscription.period_start += shift
    subscription.period_end += shift
    if shift:
        # a pause of no length must not make the 28th of February the anchor of a 31st
        subscription.anchor = subscription.period_end
    if was_trial:
        subscription.trial_end = subscription.period_end
    move(subscription, SubscriptionStatus.TRIALING if was_trial else SubscriptionStatus.ACTIVE, now)


def _is_unpaid(session: Session, subscription: Subscription) -> bool:
    """Whether the period itself, or a dearer plan that was chosen in it, was given up as uncollectible."""
    given_up = select(Invoice.id).where(
        Invoice.subscription_id == subscription.id,
        Invoice.status == InvoiceStatus.UNCOLLECTIBLE,
        Invoice.issued_at >= subscription.period_start,
    )
    return session.scalar(given_up.limit(1)) is not None
