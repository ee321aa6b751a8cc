"""Mails about a subscription. Each looks again whether its news still holds."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.notices.describe_subscription import describe_subscription
from billing.notices.occasion import Occasion, require, with_invoice, write_to
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.rules import ENDED, GIVEN_UP
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from schemas.documents import NoticeFacts


def activated(session: Session, occasion: Occasion) -> NoticeFacts:
    """It is active or on trial; the paid invoice of its start, if there is one, comes along."""
    subscription = get_subscription(session, occasion.subject_id)
    is_begun = subscription.status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)
    require(is_begun, f"the subscription is {subscription.status}")
    return _write(session, occasion, subscription, _start_invoice(session, subscription))


def trial_ending(session: Session, occasion: Occasion) -> NoticeFacts:
    """The trial goes on, ends by itself and turns into what is told: the plan that was chosen for after it."""
    subscription = get_subscription(session, occasion.subject_id)
    now = now_of(session, subscription.account_id, occasion.wall)
    require(subscription.status is SubscriptionStatus.TRIALING, f"the subscription is {subscription.status}")
    require(not subscription.cancel_at_period_end, "the trial was canceled")
    require(subscription.trial_end is not None and subscription.trial_end > now, "the trial is over")
    facts = describe_subscription(session, subscription, of_next_period=True)
    return write_to(session, occasion, subscription.account_id, subscription=facts)


def canceled(session: Session, occasion: Occasion) -> NoticeFacts:
    """It has ended, or will with its period."""
    subscription = get_subscription(session, occasion.subject_id)
    is_over = subscription.status in ENDED or subscription.cancel_at_period_end
    require(is_over, "the subscription was reactivated")
    return _write(session, occasion, subscription)


def paused(session: Session, occasion: Occasion) -> NoticeFacts:
    """It is paused."""
    subscription = get_subscription(session, occasion.subject_id)
    require(subscription.status is SubscriptionStatus.PAUSED, f"the subscription is {subscription.status}")
    return _write(session, occasion, subscription)


def unpaid(session: Session, occasion: Occasion) -> NoticeFacts:
    """It is past due at a gateway that runs it. The cause ends with its next try, and with why it was declined."""
    subscription = get_subscription(session, occasion.subject_id)
    require(subscription.status is SubscriptionStatus.PAST_DUE, f"the subscription is {subscription.status}")
    next_try, code = occasion.cause.split("/", 5)[4:]
    facts = describe_subscription(session, subscription)
    if next_try == GIVEN_UP:
        facts = replace(facts, is_given_up=True)
    elif next_try:
        facts = replace(facts, next_attempt_on=date.fromisoformat(next_try))
    failure = occasion.letterhead.explain(code)
    return write_to(session, occasion, subscription.account_id, subscription=facts, failure=failure)


def _write(
    session: Session, occasion: Occasion, subscription: Subscription, invoice_id: UUID | None = None
) -> NoticeFacts:
    facts = describe_subscription(session, subscription)
    invoice = with_invoice(session, occasion, invoice_id)
    return write_to(session, occasion, subscription.account_id, subscription=facts, **invoice)


def _start_invoice(session: Session, subscription: Subscription) -> UUID | None:
    paid = select(Invoice.id).where(
        Invoice.subscription_id == subscription.id,
        Invoice.reason == InvoiceReason.START,
        Invoice.status == InvoiceStatus.PAID,
    )
    return session.scalar(paid.order_by(Invoice.id.desc()).limit(1))
