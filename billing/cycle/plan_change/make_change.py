"""Make a change of plan: the subscription goes on with the new plan."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.catalog.plans import terms_of
from billing.catalog.queries import coupon_periods
from billing.catalog.tables import Interval
from billing.credits.prolong import prolong_credits
from billing.cycle.pricing.discounts import convert_discount, spend_discount
from billing.cycle.start.admit import take_trial
from billing.invoices.settle import Settlement
from billing.periods import Period
from billing.subscriptions.pending_changes import IS_WAITING
from billing.subscriptions.rules import due_at_of, is_in_trial
from billing.subscriptions.tables import Collection as RunBy
from billing.subscriptions.tables import PendingChange, Subscription, SubscriptionPeriod
from billing.usage.revoke import revoke_credits
from database.among import is_among


def make_change(
    session: Session, subscription: Subscription, change: PendingChange, cause: str, now: datetime, *, is_paid: bool
) -> None:
    """Take back credits that are not paid for any more, and go on with the new plan, as it was quoted.

    What was planned before is over. The caller holds the subscription's row lock. Raises Rejected
    `credits_already_used`, unless it `is_paid`: money that has come is not refused, and what was used stays used.
    """
    account_id = subscription.account_id
    if change.credits_taken_back:
        taken, reason = change.credits_taken_back, f"plan_change/{subscription.id}/{cause}"
        revoke_credits(session, account_id, subscription.id, taken, reason, now, as_far_as_possible=is_paid)
    period = Period(change.period_start, change.period_end)
    is_new_cycle = period != Period(subscription.period_start, subscription.period_end)
    subscription.price_id, subscription.next_price_id = change.price_id, None
    _change_interval(session, subscription, terms_of(session, [change.price_id])[change.price_id].interval)
    subscription.anchor = change.anchor
    subscription.period_start, subscription.period_end = period.start, period.end
    subscription.due_at = due_at_of(subscription)
    if is_in_trial(subscription):
        take_trial(session, subscription, again=True)  # whether it may be had was asked before
    if is_new_cycle:
        spend_discount(subscription)
        prolong_credits(session, account_id, subscription.id, period.end, now)
        _begin_cycle(session, subscription.id, period, change.invoice_id)


def make_paid_changes(
    session: Session, owners: dict[UUID | None, Subscription], settlements: Collection[Settlement]
) -> None:
    """Make the changes of plan that waited for these invoices, which are paid now; once each.

    The caller holds the row locks of the invoices and of the subscriptions that own them. Where a gateway runs the
    cycle, it is the gateway that makes the change.
    """
    of_invoice = {settlement.invoice.id: settlement for settlement in settlements}
    if not of_invoice:
        return
    waiting = select(PendingChange).where(is_among(PendingChange.invoice_id, of_invoice), IS_WAITING)
    for change in session.scalars(waiting.order_by(PendingChange.invoice_id)).all():
        now, subscription = of_invoice[change.invoice_id].now, owners[change.subscription_id]
        change.ended_at = now
        if subscription.collection is RunBy.CASHBEAT:
            make_change(session, subscription, change, f"paid/{change.invoice_id}", now, is_paid=True)


def _change_interval(session: Session, subscription: Subscription, interval: Interval) -> None:
    """Also in a trial, where no new cycle begins."""
    if interval is not subscription.interval:
        convert_discount(subscription, interval, coupon_periods(session, [subscription.coupon_id]))
        subscription.interval = interval


def _begin_cycle(session: Session, subscription_id: UUID, period: Period, invoice_id: UUID | None) -> None:
    """A cycle may begin in the very second in which another one did, and takes its place then."""
    row = {
        "subscription_id": subscription_id, "period_start": period.start,
        "period_end": period.end, "invoice_id": invoice_id,
    }  # fmt: skip
    begun = insert(SubscriptionPeriod).values(row)
    session.execute(
        begun.on_conflict_do_update(
            index_elements=["subscription_id", "period_start"],
            set_={"period_end": begun.excluded.period_end, "invoice_id": begun.excluded.invoice_id},
        )
    )
