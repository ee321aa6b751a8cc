"""Change the plan: now with proration, when it is paid for, or with the next period."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.cycle.bill import Bill, draft_bill, issue_bill
from billing.cycle.plan_change.check_quoted import check_quoted, quote_stale
from billing.cycle.plan_change.choice import Change, ChangeResult, check_change, find_change
from billing.cycle.plan_change.drop_change import drop_change
from billing.cycle.plan_change.make_change import make_change
from billing.cycle.plan_change.offer import quote_now
from billing.cycle.plan_change.quote import ChangeQuote
from billing.invoices.tables import Invoice, InvoiceReason
from billing.periods import period_from
from billing.subscriptions.queries import get_subscription, lock_subscription
from billing.subscriptions.rules import change_expires_at, check_up_to_date
from billing.subscriptions.tables import PayBy, PendingChange, Subscription
from schemas.commands.subscriptions import ChangePlan
from schemas.plan_change_views import ChangePreview


def change_plan(session: Session, command: ChangePlan, cause: str, now: datetime) -> ChangeResult:
    """Bring a subscription to another plan at its newest price, as the command or the house rule says when.

    What is to be paid by card now is a pending change: the old plan runs on untouched until its invoice is paid. One
    that waits already is dropped for this one. Done now, what is left of a dearer plan is kept on the account for the
    next invoices. What was `quoted` is prorated at the instant of the quote. Raises Rejected `subscription_not_found`,
    `renewal_due` after a downtime of whole periods, and what `find_change`, `check_change`, `check_quoted`,
    `drop_change` and `quote_now` raise.
    """
    lock_account(session, get_subscription(session, command.subscription_id).account_id)
    subscription = lock_subscription(session, command.subscription_id)
    change = find_change(session, subscription, command)
    check_change(session, subscription, change)
    # a period that was over before the wish is billed as it was sold: it is caught up before anything changes
    coming = period_from(subscription.anchor, change.running.months, subscription.period_end)
    check_up_to_date(coming.end, now)
    shown = check_quoted(session, subscription, command, command.quoted, now) if command.quoted else None
    drop_change(session, subscription, now)
    if change.is_stay:
        return _stay(subscription, change)
    at = shown.at if shown else now.replace(microsecond=0)
    # when the period is over already, the coming renewal simply bills the new plan
    if change.is_now and at < subscription.period_end:
        agreed = Agreed(quote_now(session, subscription, change, at), shown)
        return _change_now(session, subscription, change, agreed, cause, now)
    subscription.next_price_id = change.wanted.price_id
    return ChangeResult.PLANNED


def _stay(subscription: Subscription, change: Change) -> ChangeResult:
    """It takes back what was planned."""
    if not change.is_migrating:
        subscription.next_price_id = None
    return ChangeResult.MADE


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the change costs, and what was shown of that, if it was."""

    quote: ChangeQuote
    shown: ChangePreview | None


def _change_now(
    session: Session, subscription: Subscription, change: Change, agreed: Agreed, cause: str, now: datetime
) -> ChangeResult:
    """Bill the difference. What a card is to pay of it is waited for."""
    quote = agreed.quote
    if not quote.lines:
        make_change(session, subscription, _row(subscription, change, quote, now), cause, now, is_paid=False)
        return ChangeResult.MADE
    wanted = Bill(InvoiceReason.CHANGE, f"change/{subscription.id}/{cause}", quote.lines)
    drafted = draft_bill(session, subscription, wanted, now)
    if agreed.shown is not None and drafted.invoice.due_minor != agreed.shown.due_minor:
        raise quote_stale()  # money that is kept for the account came or went in this very moment
    row = _row(subscription, change, quote, now, drafted.invoice)
    waits = subscription.pay_by is PayBy.CARD and drafted.invoice.left_minor > 0
    if waits:
        session.add(row)
        session.flush()  # a refusal, for want of a card, asks whether the invoice is waited for
    else:
        make_change(session, subscription, row, cause, now, is_paid=False)
    issue_bill(session, subscription, drafted, now)
    return ChangeResult.PENDING if waits else ChangeResult.MADE


def _row(
    subscription: Subscription, change: Change, quote: ChangeQuote, now: datetime, invoice: Invoice | None = None
) -> PendingChange:
    """The change as it was quoted; written only if it waits."""
    return PendingChange(
        invoice_id=invoice.id if invoice else None,
        subscription_id=subscription.id,
        price_id=change.wanted.price_id,
        anchor=quote.anchor,
        period_start=quote.period.start,
        period_end=quote.period.end,
        credits_taken_back=max(-quote.credits_gained, 0),
        expires_at=change_expires_at(subscription, now),
    )
