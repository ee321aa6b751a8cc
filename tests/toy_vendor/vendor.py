"""The toy, as the registry opens it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests

from billing.errors import Rejected, Unavailable
from gateways.gateway import Gateway
from schemas.facts.events import EventFact
from schemas.facts.payments import CaptureRequest, CheckoutFact, CheckoutRequest, PaymentFact, PaymentStatus
from schemas.facts.reversals import (
    Contest,
    DisputeState,
    RefundRequest,
    RefundState,
    ReversalFact,
    ReversalKind,
    ReversedPaymentFact,
)
from tests.toy_vendor.door import envelope_of
from tests.toy_vendor.limits import LIMITS

NAME = "toy"
STATUSES = {
    "open": PaymentStatus.PENDING,
    "agreed": PaymentStatus.APPROVED,
    "looked_into": PaymentStatus.PENDING,
    "paid": PaymentStatus.CAPTURED,
    "denied": PaymentStatus.FAILED,
    "closed": PaymentStatus.EXPIRED,
}
# with these some money is on its way, or here
IS_TAKEN = ("looked_into", "paid", "denied")
# where its office is; a real vendor has this from its settings
address = ""


class Toy:
    """Checkouts, captures, refunds and reversals."""

    def open_checkout(self, request: CheckoutRequest) -> CheckoutFact:
        total = sum(quantity * unit_minor for _, quantity, unit_minor in request.lines)
        asked = {"key": request.idempotency_key.replace("/", "-"), "attempt_id": request.attempt_id}
        order = _ask("POST", "/orders", asked | {"amount_minor": total, "currency": request.currency})
        return CheckoutFact(order["ref"], f"{address}/pay/{order['ref']}", PaymentStatus.PENDING)

    def fetch_payment(self, *, checkout_ref: str = "", payment_ref: str = "") -> PaymentFact | None:
        order = _ask("GET", f"/orders/{checkout_ref or payment_ref}", {})
        return _payment(order) if order else None

    def capture(self, request: CaptureRequest) -> PaymentFact:
        order = _ask("POST", f"/orders/{request.checkout_ref}/capture", {"key": request.idempotency_key})
        if order["status"] == "refused":
            raise Rejected("payee_restricted", "The toy gives us no money.")
        return _payment(order)

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

    def fetch_reversals(self, charge_ref: str) -> ReversedPaymentFact | None:
        """What was taken back without a dispute of its own is one that is lost."""
        order = _ask("GET", f"/orders/{charge_ref}", {})
        back, now = order["taken_back"], datetime(2026, 1, 1, tzinfo=UTC)
        contest = Contest(DisputeState.LOST, back, "reversed", now, None)
        lost = ReversalFact(
            ReversalKind.DISPUTE, f"lost-{charge_ref[-6:]}", back, order["currency"], now, contest=contest
        )
        return ReversedPaymentFact(
            NAME, charge_ref, charge_ref, (lost,) if back else (), attempt_id=order["attempt_id"]
        )


def translate(body: bytes) -> EventFact:
    envelope, order = envelope_of(body), json.loads(body)["order"]
    return EventFact(
        gateway=NAME,
        event_id=envelope.event_id,
        event_type=envelope.event_type,
        concerns=LIMITS.concerns[envelope.event_type],
        occurred_at=envelope.created,
        checkout_ref=order["ref"],
        charge_ref=order["ref"],
        attempt_id=order["attempt_id"],
    )


def open_gateway(values: Mapping[str, Any]) -> Gateway:
    toy = Toy()
    return Gateway(
        NAME,
        LIMITS,
        envelope_of,
        translate,
        offers_checkout=toy,
        offers_captures=toy,
        offers_refunds=toy,
        offers_reversals=toy,
    )


def _payment(order: dict[str, Any]) -> PaymentFact:
    status, is_taken = STATUSES[order["status"]], order["status"] in IS_TAKEN
    return PaymentFact(
        gateway=NAME,
        attempt_id=order["attempt_id"],
        checkout_ref=order["ref"],
        payment_ref=order["ref"] if is_taken else "",
        charge_ref=order["ref"] if is_taken else "",
        customer_ref="",
        status=status,
        amount_minor=order["paid_minor"] if is_taken else order["amount_minor"],
        currency=order["currency"],
        failure_code="declined" if status is PaymentStatus.FAILED else "",
        page_url=f"{address}/pay/{order['ref']}" if order["status"] == "open" else "",
    )


def _ask(method: str, path: str, asked: dict[str, Any]) -> Any:
    try:
        return requests.request(method, f"{address}{path}", json=asked, timeout=5).json()
    except requests.RequestException as error:
        raise Unavailable("the toy does not answer", ambiguous=True) from error
