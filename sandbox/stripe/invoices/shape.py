"""The invoice object (https://docs.stripe.com/api/invoices)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.months import DAY_SECONDS
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.catalog import tax_rates
from sandbox.stripe.invoices.lines import total_discounts
from sandbox.stripe.subscriptions.periods import Period

KIND = "invoice"


def of_subscription(
    subscription: JsonObject,
    customer: JsonObject,
    reason: str,
    lines: list[JsonObject],
    discount_ids: list[str],
    period: Period,
    now: int,
) -> JsonObject:
    """A draft with these lines. `period` is the invoice's own, which Stripe takes from the period before."""
    invoice_id = new_id("in")
    return {
        **blank(KIND, id=invoice_id, created=now, webhooks_delivered_at=now),
        **_of_customer(customer),
        **_totals(lines),
        "billing_reason": reason,
        "collection_method": subscription["collection_method"],
        "currency": subscription["currency"],
        "default_tax_rates": subscription["default_tax_rates"],
        "discounts": discount_ids,
        "due_date": _due_date(subscription, now),
        "lines": _list_of(invoice_id, lines),
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
            "type": "subscription_details",
        },
        "period_end": period.end,
        "period_start": period.start,
        "test_clock": subscription["test_clock"],
    }


def subscription_id_of(invoice: JsonObject) -> str:
    """The subscription it is for."""
    return str(invoice["parent"]["subscription_details"]["subscription"])


def balanced(total: int, starting_balance: int, minimum: int) -> tuple[int, int]:
    """What is due and what stays on the customer's balance, which is negative for a credit (minor units).

    An amount too small to be charged is put on the balance, too (https://docs.stripe.com/billing/customer/balance).
    """
    together = total + starting_balance
    due = together if together >= minimum else 0
    return due, together - due


def _totals(lines: list[JsonObject]) -> JsonObject:
    subtotal = sum(line["amount"] for line in lines)
    taken, taxes = total_discounts(lines), tax_rates.total_taxes(lines)
    included = tax_rates.sum_of(taxes, "inclusive")
    without_tax = subtotal - sum(part["amount"] for part in taken) - included
    total = without_tax + sum(tax["amount"] for tax in taxes)
    return {
        "amount_due": max(total, 0),
        "amount_remaining": max(total, 0),
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - included,
        "total": total,
        "total_discount_amounts": taken,
        "total_excluding_tax": without_tax,
        "total_taxes": taxes,
    }


def _list_of(invoice_id: str, lines: list[JsonObject]) -> JsonObject:
    data = [{**line, "invoice": invoice_id} for line in lines]
    return {"object": "list", "data": data, "has_more": False, "url": f"/v1/invoices/{invoice_id}/lines"}


def _due_date(subscription: JsonObject, now: int) -> int | None:
    if subscription["collection_method"] == "charge_automatically":
        return None
    return now + int(subscription["days_until_due"]) * DAY_SECONDS


def _of_customer(customer: JsonObject) -> JsonObject:
    return {
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "starting_balance": customer["balance"],
    }
