"""Resume a paused subscription."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.catalog.terms import MONTHS
from billing.credits.release import release_credits
from billing.errors import Rejected
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.periods import SECOND, moved_anchor
from billing.subscriptions.states import move
from billing.subscriptions.tables import Subscription, SubscriptionStatus


def resume_subscription(session: Session, subscription: Subscription, now: datetime) -> None:
    """Let the cycle run on: the period, the trial and all later boundaries move by the time that was paused.

    So does the expiry of the credits that were held. One that was paused because something of its period was never paid
    begins a new period instead, which is billed at once. It resumes at `now`, or at the promised instant when that has
    passed. The caller holds the row's lock. Raises Rejected `not_paused`.
    """
    paused_at = subscription.paused_at
    if paused_at is None:
        raise Rejected("not_paused", "The subscription is not paused.", status=409)
    at = min(now, subscription.resumes_at or now)
    shift = (at - paused_at) // SECOND * SECOND
    if _is_unpaid(session, subscription):
        _begin_anew(subscription, at)
    else:
        _run_on(subscription, paused_at, shift, at)
    release_credits(session, subscription.account_id, subscription.id, paused_at + shift)


def _begin_anew(subscription: Subscription, now: datetime) -> None:
    """End the period now; one that has only just begun (on a clock that stands still) a second after its start."""
    end = max(now.replace(microsecond=0), subscription.period_start + SECOND)
    subscription.anchor = subscription.period_end = end
    move(subscription, SubscriptionStatus.ACTIVE, now)


def _run_on(subscription: Subscription, paused_at: datetime, shift: timedelta, now: datetime) -> None:
    was_trial = subscription.trial_end is not None and paused_at < subscription.trial_end
    months = MONTHS[subscription.interval]
    subscription.anchor = moved_anchor(subscription.anchor, months, subscription.period_end, shift)
    subscription.period_start += shift
    subscription.period_end += shift
    if was_trial:
        subscription.trial_end = subscription.period_end
    move(subscription, SubscriptionStatus.TRIALING if was_trial else SubscriptionStatus.ACTIVE, now)


def _is_unpaid(session: Session, subscription: Subscription) -> bool:
    """Whether the period itself was given up as uncollectible."""
    given_up = select(Invoice.id).where(
        Invoice.subscription_id == subscription.id,
        Invoice.status == InvoiceStatus.UNCOLLECTIBLE,
        Invoice.issued_at >= subscription.period_start,
    )
    return session.scalar(given_up.limit(1)) is not None
