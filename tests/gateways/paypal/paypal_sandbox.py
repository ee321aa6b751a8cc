"""What buyers, banks and PayPal itself do in the running sandbox."""

from typing import Any
from uuid import uuid4

import requests

from schemas.facts.payments import CaptureRequest, CheckoutRequest, PaymentMarks
from schemas.facts.reversals import RefundRequest
from tests.gateways import requests_made
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox

HOUR_SECONDS = 3_600
ACCOUNT = requests_made.ACCOUNT


class PayPalSandbox:
    """PayPal's side of it; `shared` is what it has in common with other vendors: faults and the clock."""

    def __init__(self, shared: Sandbox) -> None:
        self.shared = shared

    def approve(self, order_ref: str, outcome: str = "complete", **more: Any) -> None:
        """The buyer agrees on the page, and the capture will end like this."""
        self._steer("POST", f"orders/{order_ref}/approve", {"outcome": outcome, **more})

    def forget(self, order_ref: str) -> None:
        """PayPal tells the order no more, be it completed."""
        self._steer("POST", f"orders/{order_ref}/forget", {})

    def end(self, capture_ref: str, how: str) -> None:
        """What became of a pending capture (`complete`, `deny`), or of one that had come (`reverse`)."""
        self._steer("POST", f"captures/{capture_ref}/{how}", {})

    def refunds_wait(self, capture_ref: str) -> None:
        """Refunds of this capture are pending until somebody says otherwise."""
        self._steer("PATCH", f"captures/{capture_ref}", {"refunds": "pending"})

    def end_refund(self, refund_ref: str, how: str) -> None:
        """A pending refund comes about (`complete`) or not (`fail`)."""
        self._steer("POST", f"refunds/{refund_ref}/{how}", {})

    def agree(self, setup_ref: str, email: str = "jane@example.com") -> None:
        """The buyer agrees that a wallet is saved."""
        self._steer("POST", f"setup-tokens/{setup_ref}/approve", {"email": email})

    def wallet_pays(self, wallet_ref: str, outcome: str, **more: Any) -> None:
        """So ends each charge of this wallet from now on."""
        self._steer("PATCH", f"payment-tokens/{wallet_ref}", {"outcome": outcome, **more})

    def take_wallet_away(self, wallet_ref: str) -> None:
        """Its owner does, in the settings of the wallet."""
        self._steer("POST", f"payment-tokens/{wallet_ref}/delete", {})

    def dispute(self, capture_ref: str, **more: Any) -> str:
        """The buyer disputes a payment; the dispute."""
        return str(self._steer("POST", f"captures/{capture_ref}/dispute", more)["dispute_id"])

    def resolve(self, dispute_ref: str, outcome: str) -> None:
        """It is decided."""
        self._steer("POST", f"disputes/{dispute_ref}/resolve", {"outcome": outcome})

    def subscribe(self, subscription_ref: str) -> None:
        """The buyer agrees to a subscription, or to the change of it that waits."""
        self._steer("POST", f"subscriptions/{subscription_ref}/approve", {})

    def subscriber_pays(self, subscription_ref: str, outcome: str) -> None:
        """So end the payments of a subscription from now on; `complete`: they come."""
        self._steer("PATCH", f"subscriptions/{subscription_ref}", {"outcome": outcome})

    def days_go_by(self, days: int) -> None:
        """And every token with them."""
        self.shared.advance(days * 24 * HOUR_SECONDS)

    def revoke_tokens(self) -> None:
        """Every token that was given is worth nothing."""
        self._steer("POST", "tokens/revoke", {})

    def lose_answer(self, method: str, path: str) -> None:
        """The next request like this is done, and its answer lost."""
        self.shared.arm("answer_lost", count=1, method=method, path=f"/paypal{path}")

    def booked(self, kind: str, attempt_id: str) -> list[dict[str, Any]]:
        """What PayPal's own books have of this attempt: `captures`, or `refunds` by the id of a refund."""
        rows: list[dict[str, Any]] = self._steer("GET", "ledger")[kind]
        return [row for row in rows if attempt_id in (row["custom_id"] or "")]

    def _steer(self, method: str, path: str, content: object = None) -> dict[str, Any]:
        url = f"{self.shared.address}/sandbox/paypal/{path}"
        answer = requests.request(method, url, json=content, timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        steered: dict[str, Any] = answer.json()
        return steered


def a_checkout(amount_minor: int = 2_999, currency: str = "USD", account_id: str = ACCOUNT) -> CheckoutRequest:
    """A purchase of its own."""
    attempt_id = str(uuid4())
    return CheckoutRequest(
        attempt_id=attempt_id,
        idempotency_key=f"cashbeat/checkout/{attempt_id}",
        currency=currency,
        lines=(("Value: 2,000 credits", 1, amount_minor),),
        customer_ref="",
        customer_email="owner@example.com",
        success_url=requests_made.THANKS,
        cancel_url=requests_made.CANCELED,
        expires_at=requests_made.NOON,
        marks=PaymentMarks(account_id=account_id),
    )


def a_capture(request: CheckoutRequest, order_ref: str) -> CaptureRequest:
    """The capture of that purchase, under its own key."""
    return CaptureRequest(request.attempt_id, f"cashbeat/capture/{request.attempt_id}", order_ref)


def a_refund(capture_ref: str, amount_minor: int, currency: str = "USD") -> RefundRequest:
    """A refund of its own."""
    refund_id = str(uuid4())
    return RefundRequest(refund_id, refund_id, capture_ref, amount_minor, currency)
