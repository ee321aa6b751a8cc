"""The wallets' vendor, as the registry opens it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests

from billing.errors import Unavailable
from gateways.envelope import Envelope, EventRefused
from gateways.gateway import Gateway
from schemas.facts.customers import CardFact, CustomerFact, CustomerRequest, SavedKind, SetupRequest
from schemas.facts.events import EventFact
from schemas.facts.payments import ChargeRequest, CheckoutFact, PaymentFact, PaymentStatus
from tests.toy_wallet.limits import LIMITS

NAME = "purse"
# where its office is; a real vendor has this from its settings
address = ""


class Purse:
    """Saved wallets and their charges."""

    def create_customer(self, request: CustomerRequest) -> str:
        return f"owner-{request.account_id}"

    def find_customer(self, account_id: str, *, email: str, created_after: datetime) -> str:
        return f"owner-{account_id}"

    def fetch_customer(self, customer_ref: str) -> CustomerFact | None:
        return CustomerFact(NAME, customer_ref, account_id=customer_ref.removeprefix("owner-"))

    def open_setup(self, request: SetupRequest) -> CheckoutFact:
        return CheckoutFact("setup", f"{address}/setup", PaymentStatus.PENDING)

    def fetch_card(self, *, card_ref: str = "", setup_ref: str = "", checkout_ref: str = "") -> CardFact | None:
        """One that is forgotten has no customer any more."""
        wallet = _ask("GET", f"/wallets/{card_ref}") or {"customer": "", "holder": ""}
        return CardFact(
            NAME, card_ref, wallet["customer"], "Purse", "", None, None, kind=SavedKind.WALLET, holder=wallet["holder"]
        )

    def make_default(
        self, customer_ref: str, card_ref: str, *, idempotency_key: str, unless_newer: bool = False
    ) -> bool:
        return True

    def detach(self, card_ref: str, *, idempotency_key: str) -> None:
        _ask("POST", f"/wallets/{card_ref}/forget")

    def charge(self, request: ChargeRequest) -> PaymentFact:
        asked = {"key": request.idempotency_key.replace("/", "-"), "attempt_id": request.attempt_id}
        amount = {"amount_minor": request.amount_minor, "currency": request.currency}
        return _payment(_ask("POST", "/charges", asked | amount | {"wallet": request.card_ref}))

    def find_charge(
        self, attempt_id: str, *, customer_ref: str, created_after: datetime, created_before: datetime
    ) -> PaymentFact | None:
        found = _ask("GET", f"/of-attempt/{attempt_id}")
        return _payment(found) if found else None

    def fetch_payment(self, *, checkout_ref: str = "", payment_ref: str = "") -> PaymentFact | None:
        return None

    def cancel_charge(self, payment_ref: str) -> PaymentFact:
        raise Unavailable("it is charged at once")


def open_gateway(values: Mapping[str, Any]) -> Gateway:
    purse = Purse()
    return Gateway(NAME, LIMITS, _no_envelope, _no_event, offers_saved_methods=purse, offers_charges=purse)


def _no_envelope(body: bytes) -> Envelope:
    raise EventRefused("it sends no events")


def _no_event(body: bytes) -> EventFact:
    raise EventRefused("it sends no events")


def _payment(charge: dict[str, Any]) -> PaymentFact:
    is_paid = charge["status"] == "paid"
    return PaymentFact(
        gateway=NAME,
        attempt_id=charge["attempt_id"],
        checkout_ref="",
        payment_ref=charge["ref"],
        charge_ref=charge["ref"],
        customer_ref="",
        status=PaymentStatus.CAPTURED if is_paid else PaymentStatus.FAILED,
        amount_minor=charge["amount_minor"],
        currency=charge["currency"],
        paid_at=datetime.now(UTC) if is_paid else None,
        failure_code=charge["code"],
    )


def _ask(method: str, path: str, asked: dict[str, Any] | None = None) -> Any:
    try:
        return requests.request(method, f"{address}{path}", json=asked or {}, timeout=5).json()
    except requests.RequestException as error:
        raise Unavailable("the purse does not answer", ambiguous=True) from error
