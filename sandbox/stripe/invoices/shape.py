"""The invoice object (https://docs.stripe.com/api/invoices)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.invoices.lines import total_discounts
from sandbox.stripe.subscriptions.periods import DAY_SECONDS, Period

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
        **_blank(invoice_id, now),
        **_of_customer(customer),
        **_totals(lines),
        "auto_advance": True,
        "billing_reason": reason,
        "collection_method": subscription["collection_method"],
        "currency": subscription["currency"],
        "default_payment_method": None,
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
    taken = total_discounts(lines)
    total = subtotal - sum(part["amount"] for part in taken)
    return {
        "amount_due": max(total, 0),
        "amount_remaining": max(total, 0),
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_discount_amounts": taken,
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
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
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "starting_balance": customer["balance"],
    }


def _blank(invoice_id: str, now: int) -> JsonObject:
    return {
        "id": invoice_id,
        "object": KIND,
        "account_country": "US",
        "account_name": "Sandbox",
        "account_tax_ids": None,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": None,
        "created": now,
        "custom_fields": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "webhooks_delivered_at": now,
    }
