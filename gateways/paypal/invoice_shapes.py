"""Payments of subscriptions, as invoices. Pure.

PayPal writes no invoices: each payment that has come, called a sale, is one, and born paid. What could not be paid the
subscription tells of.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from billing.money import Money
from billing.periods import boundary
from gateways.paypal.amounts import from_paypal
from gateways.paypal.answers import reader
from gateways.paypal.cycles import month_of
from gateways.paypal.shapes import SUBSCRIPTION_MARK, Json, first_under, inside, instant, items_of, text
from gateways.paypal.subscription_shapes import told_of
from gateways.paypal.translate import GATEWAY
from schemas.facts.invoices import GatewayInvoiceFact, GatewayLineFact, InvoicePaymentFact

# money that has come, whatever has left of it since; in the words of both versions of the API
ARRIVED = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})


class Sale(NamedTuple):
    """A payment of a subscription."""

    sale_ref: str
    amount: Money
    at: datetime


@reader
def sales_in(listed: Json) -> list[Sale]:
    """What has come, of a list of transactions; oldest first."""
    told = [each for each in items_of(listed, "transactions") if each["status"] in ARRIVED]
    sales = [
        Sale(each["id"], from_paypal(inside(each, "amount_with_breakdown")["gross_amount"]), instant(each["time"]))
        for each in told
    ]
    return sorted(sales, key=lambda sale: sale.at)


@reader
def sale_of(sale: Json) -> Sale | None:
    """The same of a sale by itself, as the first version of the API tells it; None for what has not come."""
    if sale["state"].upper() not in ARRIVED:
        return None
    told = sale["amount"]
    amount = from_paypal({"currency_code": told["currency"], "value": told["total"]})
    return Sale(sale["id"], amount, instant(sale["create_time"]))


@reader
def subscription_ref_of(sale: Json) -> str:
    """Whose payment it is; empty for a sale of something else."""
    return text(sale, "billing_agreement_id")


@reader
def listed_until(subscription: Json) -> datetime:
    """No payment of it was made later: PayPal lists them by their time, and asks for an end."""
    told = told_of(subscription)
    return max(told.billed_at or told.start, instant(subscription["create_time"])) + timedelta(days=1)


@reader
def invoice_of(subscription: Json, sale: Sale) -> GatewayInvoiceFact:
    """A sale, for the period that it was billed for; PayPal does not tell of which plan."""
    start, amount = instant(subscription["start_time"]), sale.amount
    month = month_of(start, sale.at)
    return GatewayInvoiceFact(
        gateway=GATEWAY,
        invoice_ref=sale.sale_ref,
        subscription_ref=subscription["id"],
        subscription_id=first_under(SUBSCRIPTION_MARK, subscription.get("custom_id")),
        customer_ref="",
        reason="cycle" if month else "create",
        status="paid",
        currency=amount.currency,
        total_minor=amount.minor,
        due_minor=amount.minor,
        paid_minor=amount.minor,
        balance_minor=0,
        lines=(_line(amount, boundary(start, 1, month)),),
        finalized_at=sale.at,
        paid_at=sale.at,
        payment_ref=sale.sale_ref,
        charge_ref=sale.sale_ref,
        payments=(InvoicePaymentFact(sale.sale_ref, amount.minor, sale.sale_ref, sale.at),),
    )


def _line(amount: Money, start: datetime) -> GatewayLineFact:
    return GatewayLineFact(
        description="Subscription",
        quantity=1,
        net_minor=amount.minor,
        tax_minor=0,
        price_ref="",
        period_start=start,
        period_end=start,
        is_proration=False,
        is_price_told=False,
    )
