"""Change the plan: now with proration, or with the next period."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.catalog.queries import coupon_periods
from billing.catalog.tables import Interval
from billing.credits.prolong import prolong_credits
from billing.cycle.bill import Bill, bill
from billing.cycle.plan_change.choice import Change, check_change, find_change
from billing.cycle.plan_change.offer import quote_now
from billing.cycle.plan_change.quote import ChangeQuote
from billing.cycle.pricing.discounts import convert_discount, spend_discount
from billing.invoices.tables import InvoiceReason
from billing.periods import Period, period_from
from billing.subscriptions.queries import lock_subscription
from billing.subscriptions.rules import check_up_to_date, due_at_of
from billing.subscriptions.tables import Subscription, SubscriptionPeriod
from billing.usage.revoke import revoke_credits
from schemas.commands import ChangePlan


def change_plan(session: Session, command: ChangePlan, cause: str, now: datetime) -> Subscription:
    """Bring a subscription to another plan at its newest price, as the command or the house rule says when.

    Done now, what is left of a dearer plan is kept on the account for the next invoices. Raises Rejected
    `subscription_not_found`, `renewal_due` after a downtime of whole periods, and what `find_change`, `check_change`
    and `quote_now` raise.
    """
    subscription = lock_subscription(session, command.subscription_id)
    change = find_change(session, subscription, command)
    check_change(session, subscription, change)
    # a period that was over before the wish is billed as it was sold: it is caught up before anything changes
    coming = period_from(subscription.anchor, change.running.months, subscription.period_end)
    check_up_to_date(coming.end, now)
    at = now.replace(microsecond=0)
    # when the period is over already, the coming renewal simply bills the new plan
    if change.is_now and at < subscription.period_end:
        _change_now(session, subscription, change, quote_now(session, subscription, change, at), cause, now)
    else:
        _change_later(subscription, change)
    return subscription


def _change_later(subscription: Subscription, change: Change) -> None:
    """The next renewal bills the new plan. Back to the present plan: it takes back what was planned."""
    is_present = change.wanted.price_id == subscription.price_id
    subscription.next_price_id = None if is_present else change.wanted.price_id


def _change_now(
    session: Session, subscription: Subscription, change: Change, quote: ChangeQuote, cause: str, now: datetime
) -> None:
    """Bill the difference, take back credits that are not paid for any more, go on with the new plan."""
    if quote.credits_gained < 0:
        reason = f"plan_change/{subscription.id}/{cause}"
        revoke_credits(session, subscription.account_id, subscription.id, -quote.credits_gained, reason, now)
    subscription.price_id, subscription.next_price_id = change.wanted.price_id, None
    _change_interval(session, subscription, change.wanted.interval)
    is_new_cycle = quote.period != Period(subscription.period_start, subscription.period_end)
    if is_new_cycle:
        spend_discount(subscription)
        prolong_credits(session, subscription.account_id, subscription.id, quote.period.end, now)
    subscription.anchor = quote.anchor
    subscription.period_start, subscription.period_end = quote.period.start, quote.period.end
    subscription.due_at = due_at_of(subscription)
    invoice_id = None
    if quote.lines:
        wanted = Bill(InvoiceReason.CHANGE, f"change/{subscription.id}/{cause}", quote.lines)
        invoice_id = bill(session, subscription, wanted, now).id
    if is_new_cycle:
        _begin_cycle(session, subscription.id, quote.period, invoice_id)


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
