"""Turns fetched orders into our words. Pure.

https://developer.paypal.com/docs/api/orders/v2/, https://developer.paypal.com/docs/api/payments/v2/
"""

from collections.abc import Sequence
from dataclasses import replace

from gateways.paypal.amounts import from_paypal
from gateways.paypal.answers import reader
from gateways.paypal.shapes import Json, inside, instant, items_of, link, marks_of, text
from gateways.paypal.translate import GATEWAY
from schemas.facts.payments import CheckoutFact, PaymentFact, PaymentStatus

# An order is captured under this intent alone; with any other one we have closed it, see `orders`.
OPEN_INTENT = "CAPTURE"
# where a buyer pays; the first for orders that name a wallet, the second for those of any buyer
APPROVAL_LINKS = ("payer-action", "approve")
ORDER_STATUSES = {
    "CREATED": PaymentStatus.PENDING,
    "SAVED": PaymentStatus.PENDING,
    "PAYER_ACTION_REQUIRED": PaymentStatus.PENDING,
    "APPROVED": PaymentStatus.APPROVED,
    "VOIDED": PaymentStatus.EXPIRED,
}
# What was given back, or taken by a bank, came before: it is a reversal of its own.
CAPTURE_STATUSES = {
    "COMPLETED": PaymentStatus.CAPTURED,
    "PARTIALLY_REFUNDED": PaymentStatus.CAPTURED,
    "REFUNDED": PaymentStatus.CAPTURED,
    "PENDING": PaymentStatus.PENDING,
    "DECLINED": PaymentStatus.FAILED,
    "FAILED": PaymentStatus.FAILED,
}
# of the captures of an order the one that tells what became of it: money, then what may become money
BY_WEIGHT = (PaymentStatus.CAPTURED, PaymentStatus.PENDING, PaymentStatus.FAILED)
NO_REASON = "capture_declined"


class NotAsAsked(Exception):
    """A payment to somebody else, or under another invoice than its attempt's. Never ours, never guessed away.

    For a person to look at.
    """


@reader
def checkout_of_order(order: Json) -> CheckoutFact:
    """An order as a checkout; `url` is empty once nobody can approve it any more."""
    payment = payment_of_order(order)
    return CheckoutFact(payment.checkout_ref, payment.page_url, payment.status)


@reader
def payment_of_order(order: Json) -> PaymentFact:
    """An order of one purchase unit, with its captures, as a payment.

    A capture that is pending is processed by PayPal, so that nobody is needed on a page.
    """
    unit = unit_of(order)
    capture = weightiest(items_of(inside(unit, "payments"), "captures"))
    attempt_id, customer_ref = marks_of(unit.get("custom_id"))[0], customer_of(order)
    if capture is not None:
        captured = payment_of_capture(capture, order["id"])
        return replace(captured, attempt_id=attempt_id, customer_ref=customer_ref)
    status, amount = _order_status(order), from_paypal(unit["amount"])
    return PaymentFact(
        gateway=GATEWAY,
        attempt_id=attempt_id,
        checkout_ref=order["id"],
        payment_ref="",
        charge_ref="",
        customer_ref=customer_ref,
        status=status,
        amount_minor=amount.minor,
        currency=amount.currency,
        page_url=link(order, *APPROVAL_LINKS) if status is PaymentStatus.PENDING else "",
    )


@reader
def payment_of_capture(capture: Json, order_ref: str) -> PaymentFact:
    """A capture by itself, of this order if of any: all of a payment but under which customer its wallet was saved."""
    status, amount = CAPTURE_STATUSES[capture["status"]], from_paypal(capture["amount"])
    return PaymentFact(
        gateway=GATEWAY,
        attempt_id=marks_of(capture.get("custom_id"))[0],
        checkout_ref=order_ref,
        payment_ref=capture["id"],
        charge_ref=capture["id"],
        customer_ref="",
        status=status,
        amount_minor=amount.minor,
        currency=amount.currency,
        paid_at=instant(capture["create_time"]) if status is PaymentStatus.CAPTURED else None,
        failure_code=_failure_code(capture) if status is PaymentStatus.FAILED else "",
    )


@reader
def check_as_asked(told: Json, merchant_id: str) -> None:
    """Raise NotAsAsked for an order's unit, or a capture, that pays another than us or is for another invoice.

    An invoice that we ask for ends in its attempt, see `orders.marks_of_unit`. No `merchant_id`: anybody is right.
    """
    payee = text(inside(told, "payee"), "merchant_id")
    if merchant_id and payee not in ("", merchant_id):
        raise NotAsAsked(f"a payment {text(told, 'custom_id')!r} pays {payee}, not {merchant_id}")
    attempt_id, invoice_id = marks_of(told.get("custom_id"))[0], text(told, "invoice_id")
    if attempt_id and invoice_id and not invoice_id.endswith(attempt_id):
        raise NotAsAsked(f"a payment of the attempt {attempt_id} is for the invoice {invoice_id!r}")


def customer_of(order: Json) -> str:
    """Under which customer the wallet that pays was saved; empty where it was not."""
    return text(inside(order, "payment_source", "paypal", "attributes", "vault", "customer"), "id")


def weightiest(captures: Sequence[Json]) -> Json | None:
    """The capture that tells what became of an order; None while there is none. Raises KeyError for a new status."""
    return min(captures, key=lambda each: BY_WEIGHT.index(CAPTURE_STATUSES[each["status"]]), default=None)


@reader
def unit_of(order: Json) -> Json:
    """We make orders of one. Raises ValueError for another."""
    (unit,) = items_of(order, "purchase_units")
    return unit


def _order_status(order: Json) -> PaymentStatus:
    """Without a capture. Raises KeyError for a status that says there is one, or that we have not heard of."""
    status = ORDER_STATUSES[order["status"]]
    return status if text(order, "intent") == OPEN_INTENT else PaymentStatus.EXPIRED


def _failure_code(capture: Json) -> str:
    return text(inside(capture, "status_details"), "reason").lower() or NO_REASON
