"""Change the plan now, with proration. Upgrades and downgrades end here; the preview asks for the same quote."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.plans import terms_of
from billing.catalog.terms import PlanTerms
from billing.credits.prolong import prolong_credits
from billing.credits.revoke import revoke_credits
from billing.errors import Rejected
from billing.invoices.tables import InvoiceReason
from billing.periods import Period
from billing.subscriptions.bill import Bill, bill
from billing.subscriptions.change_quote import ChangeQuote, Running, quote_change
from billing.subscriptions.discounts import next_discount, present_discount, spend_discount
from billing.subscriptions.queries import additions_of, has_open_invoice, last_rate
from billing.subscriptions.rules import due_at_of
from billing.subscriptions.tables import Collection, Subscription, SubscriptionPeriod, SubscriptionStatus
from billing.tax.queries import find_rate


@dataclass(frozen=True, slots=True)
class Change:
    """What was chosen: the plan now and the plan wanted."""

    running: PlanTerms
    wanted: PlanTerms

    @property
    def is_upgrade(self) -> bool:
        """More money per period, or from paying by the month to paying by the year."""
        if self.running.interval is not self.wanted.interval:
            return self.wanted.months > self.running.months
        return self.wanted.price.minor >= self.running.price.minor


def check_change(session: Session, subscription: Subscription, wanted: PlanTerms) -> Change:
    """The change, if it can be made now.

    Raises Rejected `subscription_state` unless it is active or in its trial and run by us, `currency_differs`,
    `same_plan` or, while an invoice is not paid, `invoice_open`: what was not paid must not be given back.
    """
    if subscription.status not in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING):
        detail = f"The plan of a subscription that is {subscription.status} cannot be changed."
        raise Rejected("subscription_state", detail, status=409)
    if subscription.collection is not Collection.CASHBEAT:
        raise Rejected("subscription_state", "The gateway runs this subscription; change it there.", status=409)
    if subscription.currency != wanted.price.currency:
        raise Rejected("currency_differs", f"The subscription is billed in {subscription.currency}.", status=409)
    if subscription.price_id == wanted.price_id and subscription.next_price_id is None:
        raise Rejected("same_plan", "The subscription is on this plan already.", status=409)
    if has_open_invoice(session, subscription.id):
        raise Rejected("invoice_open", "An invoice of the subscription is not paid yet.", status=409)
    return Change(terms_of(session, [subscription.price_id])[subscription.price_id], wanted)


def quote_now(session: Session, subscription: Subscription, change: Change, at: datetime) -> ChangeQuote:
    """What the change costs at an instant within the present period."""
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
    return quote_change(running, change.wanted, rate[1], at)


def change_now(session: Session, subscription: Subscription, change: Change, cause: str, now: datetime) -> None:
    """Change it now: bill the difference, take back credits that are not paid for any more, go on with the new plan.

    When the period is over already, the coming renewal simply bills the new plan. Raises Rejected
    `credits_already_used` when more credits were used than the new plan includes.
    """
    at = now.replace(microsecond=0)
    if subscription.period_end <= at:
        subscription.next_price_id = change.wanted.price_id
        return
    quote = quote_now(session, subscription, change, at)
    if quote.credits_gained < 0:
        reason = f"plan_change/{subscription.id}/{cause}"
        revoke_credits(session, subscription.account_id, subscription.id, -quote.credits_gained, reason, now)
    subscription.price_id, subscription.next_price_id = change.wanted.price_id, None
    subscription.interval = change.wanted.interval
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
