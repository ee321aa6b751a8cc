"""Turns fetched orders into our words. Pure.

https://developer.paypal.com/docs/api/orders/v2/, https://developer.paypal.com/docs/api/payments/v2/
"""

from collections.abc import Sequence
from datetime import datetime

from billing.money import Money
from gateways.paypal.amounts import from_paypal
from gateways.paypal.answers import reader
from gateways.paypal.shapes import Json, inside, instant, items_of, link, marks_of, text
from gateways.paypal.translate import GATEWAY
from schemas.facts.payments import CheckoutFact, MarkedPaymentFact, PaymentFact, PaymentStatus

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


class ForeignPayee(Exception):
    """An order whose money goes to somebody else. Never ours, never guessed away: for a person to look at."""


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
    unit = _unit(order)
    capture = weightiest(items_of(inside(unit, "payments"), "captures"))
    status = _order_status(order) if capture is None else CAPTURE_STATUSES[capture["status"]]
    amount = _amount(unit if capture is None else capture)
    return PaymentFact(
        gateway=GATEWAY,
        attempt_id=marks_of(unit.get("custom_id"))[0],
        checkout_ref=order["id"],
        payment_ref="" if capture is None else capture["id"],
        charge_ref="" if capture is None else capture["id"],
        customer_ref=customer_of(order),
        status=status,
        amount_minor=amount.minor,
        currency=amount.currency,
        paid_at=_created(capture) if capture is not None and status is PaymentStatus.CAPTURED else None,
        failure_code=_failure_code(capture) if capture is not None and status is PaymentStatus.FAILED else "",
        page_url=link(order, *APPROVAL_LINKS) if capture is None and status is PaymentStatus.PENDING else "",
    )


@reader
def marked_payment_of_order(order: Json) -> MarkedPaymentFact:
    """The same with what its mark tells."""
    return MarkedPaymentFact(payment_of_order(order), marks_of(_unit(order).get("custom_id"))[1])


@reader
def check_payee(order: Json, merchant_id: str) -> None:
    """Raise ForeignPayee where the order says that its money goes to another than us; empty: anybody is right."""
    payee = text(inside(_unit(order), "payee"), "merchant_id")
    if merchant_id and payee not in ("", merchant_id):
        raise ForeignPayee(f"the order {order['id']} pays {payee}, not {merchant_id}")


def customer_of(order: Json) -> str:
    """Under which customer the wallet that pays was saved; empty where it was not."""
    return text(inside(order, "payment_source", "paypal", "attributes", "vault", "customer"), "id")


def weightiest(captures: Sequence[Json]) -> Json | None:
    """The capture that tells what became of an order; None while there is none. Raises KeyError for a new status."""
    return min(captures, key=lambda each: BY_WEIGHT.index(CAPTURE_STATUSES[each["status"]]), default=None)


def _unit(order: Json) -> Json:
    """We make orders of one. Raises ValueError for another."""
    (unit,) = items_of(order, "purchase_units")
    return unit


def _order_status(order: Json) -> PaymentStatus:
    """Without a capture. Raises KeyError for a status that says there is one, or that we have not heard of."""
    status = ORDER_STATUSES[order["status"]]
    return status if text(order, "intent") == OPEN_INTENT else PaymentStatus.EXPIRED


def _amount(owner: Json) -> Money:
    return from_paypal(owner["amount"])


def _created(capture: Json) -> datetime:
    return instant(capture["create_time"])


def _failure_code(capture: Json) -> str:
    return text(inside(capture, "status_details"), "reason").lower() or NO_REASON
