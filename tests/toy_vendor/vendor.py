"""The toy, as the registry opens it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests

from billing.errors import Unavailable
from gateways.gateway import Gateway
from schemas.facts.events import Concern, EventFact
from schemas.facts.payments import CheckoutFact, CheckoutRequest, PaymentFact, PaymentStatus
from schemas.facts.reversals import RefundRequest, RefundState, ReversalFact, ReversalKind
from tests.toy_vendor.door import envelope_of
from tests.toy_vendor.limits import LIMITS

NAME = "toy"
STATUSES = {"open": PaymentStatus.PENDING, "paid": PaymentStatus.CAPTURED, "closed": PaymentStatus.EXPIRED}
# where its office is; a real vendor has this from its settings
address = ""


class Toy:
    """Checkouts and refunds."""

    def open_checkout(self, request: CheckoutRequest) -> CheckoutFact:
        total = sum(quantity * unit_minor for _, quantity, unit_minor in request.lines)
        asked = {"key": request.idempotency_key.replace("/", "-"), "attempt_id": request.attempt_id}
        order = _ask("POST", "/orders", asked | {"amount_minor": total, "currency": request.currency})
        return CheckoutFact(order["ref"], f"{address}/pay/{order['ref']}", PaymentStatus.PENDING)

    def fetch_payment(self, *, checkout_ref: str = "", payment_ref: str = "") -> PaymentFact | None:
        order = _ask("GET", f"/orders/{checkout_ref or payment_ref}", {})
        return _payment(order) if order else None

    def close_checkout(self, checkout_ref: str) -> PaymentFact:
        return _payment(_ask("POST", f"/orders/{checkout_ref}/close", {}))

    def find_checkout(
        self,
        attempt_id: str,
        *,
        created_after: datetime,
        created_before: datetime | None = None,
        customer_ref: str = "",
    ) -> CheckoutFact | None:
        return None

    def refund(self, request: RefundRequest) -> ReversalFact:
        _ask("POST", f"/orders/{request.payment_ref}/refund", {"amount_minor": request.amount_minor})
        return ReversalFact(
            ReversalKind.REFUND,
            f"back-{request.refund_id}",
            request.amount_minor,
            request.currency,
            datetime.now(UTC),
            RefundState.SUCCEEDED,
            request.refund_id,
        )

    def find_refund(self, refund_id: str, *, payment_ref: str) -> ReversalFact | None:
        return None


def translate(body: bytes) -> EventFact:
    envelope, order = envelope_of(body), json.loads(body)["order"]
    return EventFact(
        gateway=NAME,
        event_id=envelope.event_id,
        event_type=envelope.event_type,
        concerns=Concern.PAYMENT,
        checkout_ref=order["ref"],
        attempt_id=order["attempt_id"],
    )


def open_gateway(values: Mapping[str, Any]) -> Gateway:
    toy = Toy()
    return Gateway(NAME, LIMITS, envelope_of, translate, offers_checkout=toy, offers_refunds=toy)


def _payment(order: dict[str, Any]) -> PaymentFact:
    status = STATUSES[order["status"]]
    is_paid = status is PaymentStatus.CAPTURED
    return PaymentFact(
        gateway=NAME,
        attempt_id=order["attempt_id"],
        checkout_ref=order["ref"],
        payment_ref=order["ref"] if is_paid else "",
        charge_ref="",
        customer_ref="",
        status=status,
        amount_minor=order["paid_minor"] if is_paid else order["amount_minor"],
        currency=order["currency"],
        page_url=f"{address}/pay/{order['ref']}" if status is PaymentStatus.PENDING else "",
    )


def _ask(method: str, path: str, asked: dict[str, Any]) -> Any:
    try:
        return requests.request(method, f"{address}{path}", json=asked, timeout=5).json()
    except requests.RequestException as error:
        raise Unavailable("the toy does not answer", ambiguous=True) from error
