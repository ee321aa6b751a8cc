"""Resume a paused subscription."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.periods import SECOND
from billing.subscriptions.rules import move
from billing.subscriptions.tables import Subscription, SubscriptionPeriod, SubscriptionStatus


def resume_subscription(session: Session, subscription: Subscription, now: datetime) -> None:
    """Let the cycle run on: the period, the trial and all later boundaries move by the time that was paused.

    One that was paused because its period was never paid begins a new period instead, which is billed at once.
    `now` is when it resumes, which is the promised instant when that has passed. The caller holds the row's lock.
    Raises Rejected `not_paused`.
    """
    if subscription.paused_at is None:
        raise Rejected("not_paused", "The subscription is not paused.", status=409)
    if _is_unpaid(session, subscription):
        subscription.anchor = subscription.period_end = now.replace(microsecond=0)
        move(subscription, SubscriptionStatus.ACTIVE, now)
    else:
        _run_on(subscription, subscription.paused_at, now)


def _run_on(subscription: Subscription, paused_at: datetime, now: datetime) -> None:
    was_trial = subscription.trial_end is not None and paused_at < subscription.trial_end
    shift = (now - paused_at) // SECOND * SECOND
    subscription.period_start += shift
    subscription.period_end += shift
    subscription.anchor = subscription.period_end
    if was_trial:
        subscription.trial_end = subscription.period_end
    move(subscription, SubscriptionStatus.TRIALING if was_trial else SubscriptionStatus.ACTIVE, now)


def _is_unpaid(session: Session, subscription: Subscription) -> bool:
    """Whether the period that was begun last was given up as uncollectible."""
    latest = (
        select(Invoice.status)
        .select_from(SubscriptionPeriod)
        .outerjoin(Invoice, Invoice.id == SubscriptionPeriod.invoice_id)
        .where(SubscriptionPeriod.subscription_id == subscription.id)
        .order_by(SubscriptionPeriod.period_start.desc())
        .limit(1)
    )
    return session.scalar(latest) is InvoiceStatus.UNCOLLECTIBLE
