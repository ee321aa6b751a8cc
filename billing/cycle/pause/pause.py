"""Pause a subscription."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.credits.hold import hold_credits
from billing.cycle.plan_change.drop_change import drop_change
from billing.errors import Rejected
from billing.invoices.queries import has_open_invoice
from billing.subscriptions.rules import check_up_to_date
from billing.subscriptions.states import move
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.outbox import stage


def pause_subscription(
    session: Session, subscription: Subscription, resumes_at: datetime | None, cause: str, now: datetime
) -> None:
    """Stop the cycle until it is resumed, at the latest at `resumes_at`. The rest of the period is kept for then.

    The credits of the period can be used meanwhile and do not expire. A change of plan that waits for its payment is
    dropped.

    The caller holds the row's lock. Raises Rejected `subscription_state` unless it is active or in its trial,
    `renewal_due` when its period is over, `change_pending` or `invoice_open` while a payment is under way, and
    `resumes_in_the_past`.
    """
    if subscription.status not in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING):
        raise Rejected("subscription_state", f"A subscription that is {subscription.status} cannot be paused.", 409)
    check_up_to_date(subscription.period_end, now)
    if resumes_at is not None and resumes_at <= now:
        raise Rejected("resumes_in_the_past", "The day to resume lies in the past.")
    drop_change(session, subscription, now)
    if has_open_invoice(session, subscription.id):
        raise Rejected("invoice_open", "An invoice of the subscription is not paid yet.", status=409)
    subscription.resumes_at = resumes_at
    move(subscription, SubscriptionStatus.PAUSED, now)
    hold_credits(session, subscription.account_id, subscription.id, now)
    stage(session, "subscription_paused", subscription.id, f"subscription_paused/{subscription.id}/{cause}")
