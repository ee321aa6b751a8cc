"""Orders that take one payment (https://developer.paypal.com/docs/api/orders/v2/)."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from billing.errors import Rejected, Unavailable
from gateways.paypal.amounts import to_paypal
from gateways.paypal.answers import reader
from gateways.paypal.calls import Calls, segment
from gateways.paypal.customers import customer_ref_of, saving
from gateways.paypal.payments import (
    OPEN_INTENT,
    check_as_asked,
    checkout_of_order,
    payment_of_capture,
    payment_of_order,
    unit_of,
)
from gateways.paypal.shapes import Json, inside, link, named_in, payment_mark, text
from schemas.facts.payments import ChargeRequest, CheckoutFact, CheckoutRequest, PaymentFact, PaymentStatus

ORDERS = "/v2/checkout/orders"
CAPTURES = "/v2/payments/captures"
TEXT_CHARACTERS_MAX = 127  # of names, descriptions, invoice numbers

# Documented as patchable while an order is not completed. Under it PayPal refuses to capture.
CLOSED = [{"op": "replace", "path": "/intent", "value": "AUTHORIZE"}]


class Orders(Calls):
    """Opens orders and looks up what became of them."""

    def open_checkout(self, request: CheckoutRequest) -> CheckoutFact:
        """Create an order; see HostedCheckout.

        `expires_at` cannot be said: PayPal forgets what nobody approves within three hours, and what is not captured
        within three hours of its approval.
        """
        order = self._post(ORDERS, order_of(request), request.idempotency_key)
        return checkout_of_order(self._ours(order))

    def fetch_payment(self, *, checkout_ref: str = "", payment_ref: str = "") -> PaymentFact | None:
        """The payment of an order, by its id or that of its capture; see HostedCheckout.

        None for an order that PayPal has forgotten, or a capture that it does not know. A capture that it knows is a
        payment whether or not its order is told any more.
        """
        if not checkout_ref and not payment_ref:
            raise ValueError("a payment is fetched by its order or its capture")
        order = self._order(checkout_ref)
        capture = self._capture(payment_ref) if order is None else None
        if capture is not None:
            return self._payment_of(capture)
        return payment_of_order(order) if order else None

    def close_checkout(self, checkout_ref: str) -> PaymentFact | None:
        """Make it an order that cannot be captured; see HostedCheckout.

        PayPal cancels no order. Its page stays until PayPal forgets it, but whoever approves there pays nothing: money
        comes by a capture alone, which PayPal refuses from now on. So closing and capturing exclude each other there.
        Raises Unavailable while an approved order was not closed. None: PayPal has forgotten it; nobody has paid,
        and nobody will.
        """
        with suppress(Rejected):  # what is captured cannot be patched; whatever else it is, the object tells
            self._connection.call("PATCH", f"{ORDERS}/{segment(checkout_ref)}", body=CLOSED)
        payment = self.fetch_payment(checkout_ref=checkout_ref)
        if payment is not None and payment.status is PaymentStatus.APPROVED:
            raise Unavailable(f"order {checkout_ref} is approved and was not closed")
        return payment

    def find_checkout(
        self,
        attempt_id: str,
        *,
        created_after: datetime,
        created_before: datetime | None = None,
        customer_ref: str = "",
    ) -> CheckoutFact | None:
        """None, always: PayPal lists no orders; see HostedCheckout.

        An order whose answer was lost is one that nobody can pay: its address, which holds its id, came to nobody, and
        it is captured by its id alone. PayPal forgets it in hours. So another order may be opened in its place; as long
        as the key is kept (six hours), a repeat under it brings the lost one back.
        """
        return None

    def _order(self, order_ref: str) -> Json | None:
        order = self._known(f"{ORDERS}/{segment(order_ref)}", order_ref) if order_ref else None
        return self._ours(order) if order else None

    def _ours(self, order: Json) -> Json:
        """The same order. Raises NotAsAsked."""
        check_as_asked(unit_of(order), self._merchant_id)
        return order

    def _capture(self, capture_ref: str) -> Json | None:
        capture = self._known(f"{CAPTURES}/{segment(capture_ref)}", capture_ref) if capture_ref else None
        if capture is not None:
            check_as_asked(capture, self._merchant_id)
        return capture

    def _payment_of(self, capture: Json) -> PaymentFact:
        """By its order, which tells under which customer a wallet was saved; else by itself."""
        order_ref = order_named_by(capture)
        order = self._order(order_ref)
        return payment_of_order(order) if order else payment_of_capture(capture, order_ref)


@reader
def order_named_by(capture: Json) -> str:
    """Its order, as newer and as older captures tell it."""
    address = link(capture, "up")
    told = text(inside(capture, "supplementary_data", "related_ids"), "order_id")
    return told or (named_in(address) if "/orders/" in address else "")


def order_of(request: CheckoutRequest) -> dict[str, Any]:
    """Depends on the request alone: a repeat under the same key must carry the same body to the letter."""
    return {
        "intent": OPEN_INTENT,
        "purchase_units": [purchase_unit(request)],
        "payment_source": {"paypal": {"experience_context": _experience(request), **_saving(request)}},
    }


def purchase_unit(request: CheckoutRequest) -> dict[str, Any]:
    """What is bought."""
    total = to_paypal(request.amount_minor, request.currency)
    return {
        **marks_of_unit(request),
        "amount": {**total, "breakdown": {"item_total": total}},
        "items": list(_items(request.currency, request.lines)),
    }


def marks_of_unit(request: CheckoutRequest | ChargeRequest) -> dict[str, str]:
    """By what we know a payment again. PayPal makes no second payment of one `invoice_id`: a second safety net.

    Beside its number, which the buyer sees, it has the attempt: an invoice is paid again after a bank took the money.
    """
    number, attempt_id = request.marks.invoice_number, request.attempt_id
    invoice_id = f"{number}:{attempt_id}" if number else attempt_id
    return {"custom_id": payment_mark(attempt_id, request.marks), "invoice_id": invoice_id}


def _items(currency: str, lines: Iterable[tuple[str, int, int]]) -> Iterable[dict[str, Any]]:
    for description, quantity, unit_minor in lines:
        yield {
            "name": description[:TEXT_CHARACTERS_MAX] or "-",
            "quantity": str(quantity),
            "unit_amount": to_paypal(unit_minor, currency),
        }


def _saving(request: CheckoutRequest) -> dict[str, Any]:
    """Where the wallet is to be charged later on, it is saved for the account that pays."""
    if not request.saves_method:
        return {}
    return {"attributes": saving(request.customer_ref or customer_ref_of(request.marks.account_id))}


def _experience(request: CheckoutRequest) -> dict[str, str]:
    """Without a brand name: the buyer sees the name of the PayPal account, which a person has set there."""
    return {
        "return_url": request.success_url,
        "cancel_url": request.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
    }
