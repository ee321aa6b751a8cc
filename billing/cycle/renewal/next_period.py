"""Pure rules: what the next period of a subscription is, and the invoice that begins it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.catalog.terms import PlanTerms
from billing.cycle.pricing.discounts import convert_discount, present_discount, spend_discount
from billing.cycle.pricing.lines import period_lines
from billing.cycle.renewal.due import Surroundings
from billing.invoices.compose import Composed, NewInvoice, compose_invoice
from billing.invoices.tables import InvoiceReason
from billing.money import Money
from billing.periods import Period, period_from
from billing.receipts.carry_over import owed_allocation, owed_receipt
from billing.receipts.receive import Row
from billing.receipts.rules import Share, draw, kept_in, share_of_kept
from billing.receipts.tables import Receipt
from billing.subscriptions.states import move
from billing.subscriptions.tables import PayBy, Subscription, SubscriptionStatus
from database.ids import uuid7


@dataclass(frozen=True, slots=True)
class Renewal:
    """A period that begins, and its invoice. `share` is met without asking for it, `left` what is still to pay.

    `owed` is the receipt of what is carried over to the next invoice, if anything is.
    """

    subscription: Subscription
    invoice_id: UUID
    period: Period
    invoice: Composed
    share: Share
    allocations: Sequence[Row]
    owed: Receipt | None

    @property
    def account_id(self) -> UUID:
        """Who pays."""
        return self.subscription.account_id

    @property
    def key(self) -> tuple[UUID, str]:
        """Where kept money would come from: the account and the currency."""
        return self.account_id, self.subscription.currency

    @property
    def left(self) -> Money:
        """What is to be charged or transferred."""
        return self.share.left

    @property
    def is_by_card(self) -> bool:
        """Whether a saved card is charged."""
        return self.subscription.pay_by is PayBy.CARD


def begin_next_period(subscription: Subscription, around: Surroundings, now: datetime) -> Renewal:
    """Move a subscription into its next period, with the plan and the discount of that period, and say what it costs.

    The period follows the anchor, however late it is now. A plan of another interval begins a cycle of its own, and the
    months that are left of a coupon are counted in its periods.
    """
    terms = around.terms[subscription.next_price_id or subscription.price_id]
    period = next_period(subscription, terms)
    if terms.interval is not subscription.interval:
        convert_discount(subscription, terms.interval, around.coupons)
        subscription.interval, subscription.anchor = terms.interval, period.start
    subscription.price_id, subscription.next_price_id = terms.price_id, None
    subscription.period_start, subscription.period_end = period.start, period.end
    move(subscription, SubscriptionStatus.ACTIVE, now)
    spend_discount(subscription)
    lines = period_lines(terms, around.additions.get(subscription.id, ()), present_discount(subscription), period)
    invoice_id = uuid7()
    new = NewInvoice(
        account_id=subscription.account_id,
        cause=f"renewal/{subscription.id}/{period.start:%Y-%m-%dT%H:%M:%SZ}",
        reason=InvoiceReason.RENEWAL,
        lines=lines,
        tax=around.tax[subscription.account_id],
        subscription_id=subscription.id,
    )
    composed = compose_invoice(invoice_id, new)
    met = _meet(subscription, around, invoice_id, composed.totals.total, now)
    return Renewal(subscription, invoice_id, period, composed, *met)


def next_period(subscription: Subscription, terms: PlanTerms) -> Period:
    """The period after the present one, on these terms: another interval counts from the end of the present period."""
    is_new_cycle = terms.interval is not subscription.interval
    anchor = subscription.period_end if is_new_cycle else subscription.anchor
    return period_from(anchor, terms.months, subscription.period_end)


def _meet(
    subscription: Subscription, around: Surroundings, invoice_id: UUID, total: Money, now: datetime
) -> tuple[Share, Sequence[Row], Receipt | None]:
    """The account's next invoice of the same batch asks for what this one carries over."""
    account_id, currency = subscription.account_id, subscription.currency
    receipts = around.kept.setdefault((account_id, currency), [])
    least = around.least_for(account_id, currency) if subscription.pay_by is PayBy.CARD else None
    share = share_of_kept(Money(kept_in(receipts), currency), total, least)
    allocations = draw(receipts, share.used.minor, invoice_id)
    if not share.carried_over.minor:
        return share, allocations, None
    owed = owed_receipt(account_id, invoice_id, share.carried_over, now)
    receipts.append(owed)
    return share, [*allocations, owed_allocation(owed, invoice_id)], owed
