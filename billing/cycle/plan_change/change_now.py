"""Change the plan now, with proration. Upgrades and downgrades end here; the preview asks for the same quote."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.queries import coupon_periods
from billing.catalog.tables import Interval
from billing.credits.prolong import prolong_credits
from billing.cycle.bill import Bill, bill
from billing.cycle.plan_change.change_later import change_later
from billing.cycle.plan_change.check import check_quote
from billing.cycle.plan_change.choice import Change
from billing.cycle.plan_change.quote import ChangeQuote, Running, quote_change
from billing.cycle.pricing.discounts import convert_discount, next_discount, present_discount, spend_discount
from billing.invoices.queries import last_rate
from billing.invoices.tables import InvoiceReason
from billing.periods import Period
from billing.subscriptions.queries import additions_of
from billing.subscriptions.rules import due_at_of
from billing.subscriptions.tables import Subscription, SubscriptionPeriod, SubscriptionStatus
from billing.tax.queries import find_rate
from billing.usage.revoke import revoke_credits


def quote_now(session: Session, subscription: Subscription, change: Change, at: datetime) -> ChangeQuote:
    """What the change costs at an instant within the present period.

    Raises Rejected `no_card`, `amount_too_small` or `credits_already_used`, as `check_quote` does.
    """
    account = get_account(session, subscription.account_id)
    rate = find_rate(session, account.country, at.date())
    running = Running(
        terms=change.running,
        discount=present_discount(subscription),
        next_discount=next_discount(subscription),
        additions=additions_of(session, subscription.id),
        anchor=subscription.anchor,
        period=Period(subscription.period_start, subscription.period_end),
        tax=last_rate(session, subscription.id) or rate,
        is_trial=subscription.status is SubscriptionStatus.TRIALING,
    )
    quote = quote_change(running, change.wanted, rate[1], at)
    check_quote(session, subscription, quote, rate[1], at)
    return quote


def change_now(session: Session, subscription: Subscription, change: Change, cause: str, now: datetime) -> None:
    """Change it now: bill the difference, take back credits that are not paid for any more, go on with the new plan.

    When the period is over already, the coming renewal simply bills the new plan. Raises what `quote_now` raises.
    """
    at = now.replace(microsecond=0)
    if subscription.period_end <= at:
        change_later(subscription, change)
        return
    quote = quote_now(session, subscription, change, at)
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
