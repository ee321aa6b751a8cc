"""Turns fetched invoices of subscriptions into our words. Pure; reads the shapes of the pinned API version only.

https://docs.stripe.com/api/invoices/object, https://docs.stripe.com/api/invoice-payment/object
"""

from collections.abc import Iterable, Mapping, Sequence

from gateways.stripe.amounts import from_stripe, to_stripe
from gateways.stripe.answers import reader
from gateways.stripe.fractions import add_up, total_of
from gateways.stripe.payments import failure_code_of
from gateways.stripe.shapes import NOTHING, SUBSCRIPTION_MARK, Json, inside, instant, mark, moment, reference
from gateways.stripe.tax_shapes import line_tax
from gateways.stripe.translate import GATEWAY
from schemas.facts.invoices import GatewayInvoiceFact, GatewayLineFact, InvoicePaymentFact

REASONS = {"subscription_create": "create", "subscription_cycle": "cycle", "subscription_update": "change"}


@reader
def is_of_subscription(invoice: Json) -> bool:
    """Whether a subscription is its reason; others are written by hand."""
    return bool(_subscription_details(invoice).get("subscription"))


@reader
def invoice_of(invoice: Json, lines: Iterable[Json], rates: Mapping[str, Json] = NOTHING) -> GatewayInvoiceFact:
    """An invoice of a subscription with all its lines. Payments, and in them the intents, should be expanded:
    without payments there is no `payment_ref`, without intents no `charge_ref` and no `failure_code`.
    """
    transitions, currency = invoice["status_transitions"], invoice["currency"]
    total, due = total_of(invoice), from_stripe(invoice["amount_due"], currency)
    carried_over = from_stripe(_carried_over(invoice), currency)
    intent = _intent(invoice)
    expanded = intent if isinstance(intent, dict) else {}
    error = expanded.get("last_payment_error")
    return GatewayInvoiceFact(
        gateway=GATEWAY,
        invoice_ref=invoice["id"],
        subscription_ref=reference(_subscription_details(invoice)["subscription"]),
        subscription_id=mark(_subscription_details(invoice), SUBSCRIPTION_MARK),
        customer_ref=reference(invoice["customer"]),
        reason=REASONS.get(invoice.get("billing_reason") or "", "other"),
        status=invoice["status"],
        currency=currency.upper(),
        total_minor=total,
        due_minor=due,
        paid_minor=from_stripe(invoice["amount_paid"], currency),
        # nothing is used before the invoice is final; a total below zero goes to the balance
        balance_minor=0 if invoice.get("ending_balance") is None else max(total, 0) - due - carried_over,
        carried_over_minor=carried_over,
        lines=_lines_of(invoice, list(lines), rates, total),
        finalized_at=moment(transitions.get("finalized_at")),
        paid_at=moment(transitions.get("paid_at")),
        next_attempt_at=moment(invoice.get("next_payment_attempt")),
        attempts=invoice["attempt_count"],
        payment_ref=reference(intent),
        charge_ref=reference(expanded.get("latest_charge")),
        failure_code=failure_code_of(error) if error else "",
        payments=tuple(_payment_of(each, currency) for each in _payments(invoice) if each["status"] == "paid"),
        page_url=invoice.get("hosted_invoice_url") or "",
    )


def _payment_of(payment: Json, currency: str) -> InvoicePaymentFact:
    """https://docs.stripe.com/api/invoice-payment/object: of an intent, or of a charge from the days before those."""
    intent = payment["payment"].get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, dict) else payment["payment"].get("charge")
    return InvoicePaymentFact(
        payment_ref=reference(intent) or reference(charge) or payment["id"],
        amount_minor=from_stripe(payment["amount_paid"], currency),
        charge_ref=reference(charge),
        paid_at=moment(payment["status_transitions"].get("paid_at")),
        # the charge itself, which names the card's digits, lies a level deeper than Stripe expands
        card_ref=reference(intent.get("payment_method")) if isinstance(intent, dict) else "",
    )


def _lines_of(
    invoice: Json, lines: Sequence[Json], rates: Mapping[str, Json], total_minor: int
) -> tuple[GatewayLineFact, ...]:
    """Lines that do not add up at Stripe do not here either."""
    read = [line_of(line, rates) for line in lines]
    nets, taxes = [_net(line, rates) for line in lines], [line_tax(line, rates).amount for line in lines]
    if sum(nets) + sum(taxes) != invoice["total"]:
        return tuple(read)
    here = [to_stripe(line.net_minor, invoice["currency"].upper()) for line in read]
    return add_up(read, [net - rounded for net, rounded in zip(nets, here, strict=True)], total_minor)


def _net(line: Json, rates: Mapping[str, Json]) -> int:
    """Stripe's `amount` is before discounts, and holds those taxes that are included in the price."""
    off = sum(discount["amount"] for discount in line.get("discount_amounts") or ())
    return int(line["amount"] - off - line_tax(line, rates).included)


def line_of(line: Json, rates: Mapping[str, Json] = NOTHING) -> GatewayLineFact:
    """One line."""
    tax, quantity, currency = line_tax(line, rates), line.get("quantity"), line["currency"]
    return GatewayLineFact(
        description=line.get("description") or "",
        quantity=1 if quantity is None else quantity,
        net_minor=from_stripe(_net(line, rates), currency),
        tax_minor=from_stripe(tax.amount, currency),
        price_ref=reference(inside(line, "pricing", "price_details").get("price")),
        period_start=instant(line["period"]["start"]),
        period_end=instant(line["period"]["end"]),
        is_proration=_is_proration(line),
        tax_name=tax.name,
        tax_rate_ppm=tax.rate_ppm,
    )


def _subscription_details(invoice: Json) -> Json:
    return inside(invoice, "parent", "subscription_details")


def _is_proration(line: Json) -> bool:
    parents = (inside(line, "parent", f"{kind}_details") for kind in ("subscription_item", "invoice_item"))
    return any(parent.get("proration") for parent in parents)


def _carried_over(invoice: Json) -> int:
    """What it leaves as a debt on the customer's balance, because so little is not charged.

    Stripe's balances are negative for a credit.
    """
    return max(0, invoice.get("ending_balance") or 0)


def _intent(invoice: Json) -> object:
    """The payment intent, id or expanded, that paid the invoice or is to pay it; None without one.

    An invoice may have several payments: one that paid counts first, then the one Stripe keeps for it.
    """
    payments = _payments(invoice)
    payments.sort(key=lambda payment: (payment["status"] == "paid", payment["is_default"]), reverse=True)
    return payments[0]["payment"].get("payment_intent") if payments else None


def _payments(invoice: Json) -> list[Json]:
    return list(inside(invoice, "payments").get("data", ()))
