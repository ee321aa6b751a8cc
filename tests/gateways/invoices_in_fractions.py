"""Invoices of one customer as Stripe's arithmetic makes them, in hundredths of a currency that has none."""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.gateways.golden_events import VERSION_NEW, golden_object

Json = dict[str, Any]
LEAST = 6_000


def bills(wanted: Sequence[Sequence[tuple[int, int]]]) -> Iterator[Json]:
    """One after the other, each of lines of (amount, tax): the customer's balance goes from each to the next."""
    balance = 0
    for place, lines in enumerate(wanted):
        bill = _bill(f"in_{place}", [_line(*line) for line in lines], balance)
        balance = bill["ending_balance"]
        yield bill


def _bill(ref: str, lines: list[Json], before: int) -> Json:
    total = sum(line["amount"] + sum(tax["amount"] for tax in line["taxes"]) for line in lines)
    asked = total + before
    due = asked if asked >= LEAST else 0
    paid = {"payment_intent": f"pi_{ref}", "type": "payment_intent"}
    payment = {"id": f"inpay_{ref}", "amount_paid": due, "status": "paid", "is_default": True, "payment": paid}
    changes = {
        "id": ref, "total": total, "amount_due": due, "amount_paid": due, "currency": "isk", "status": "paid",
        "starting_balance": before, "ending_balance": asked - due, "lines": {"data": lines},
        "payments": {"data": [payment | {"status_transitions": {"paid_at": None}}] if due else []},
    }  # fmt: skip
    return golden_object(VERSION_NEW, "invoice.paid") | changes


def _line(amount: int, tax: int) -> Json:
    first: Json = golden_object(VERSION_NEW, "invoice.paid")["lines"]["data"][0]
    taxes = [{"amount": tax, "tax_behavior": "exclusive", "taxable_amount": amount}] if tax else []
    return first | {"amount": amount, "currency": "isk", "discount_amounts": [], "taxes": taxes}
