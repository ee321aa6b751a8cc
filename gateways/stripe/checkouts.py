"""Checkouts that take one payment (https://docs.stripe.com/api/checkout/sessions)."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from billing.errors import Rejected
from gateways.stripe.amounts import to_stripe
from gateways.stripe.calls import Calls, segment, unix, window
from gateways.stripe.payments import checkout_of_session, payment_of_intent, payment_of_session
from gateways.stripe.shapes import ATTEMPT_MARK, payment_marks
from schemas.facts.payments import CheckoutFact, CheckoutRequest, PaymentFact

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

SESSIONS = "/v1/checkout/sessions"
INTENT_AND_CHARGE = ["payment_intent", "payment_intent.latest_charge"]


class Checkouts(Calls):
    """Opens checkouts and looks up what became of them."""

    def open_checkout(self, request: CheckoutRequest) -> CheckoutFact:
        """Open a Checkout Session; see HostedCheckout. `expires_at` must be 30 minutes to 24 hours ahead."""
        return checkout_of_session(self._post(SESSIONS, _session_parameters(request), request.idempotency_key))

    def fetch_payment(self, *, checkout_ref: str = "", payment_ref: str = "") -> PaymentFact | None:
        """The payment of a session or of an intent; see HostedCheckout."""
        if not checkout_ref and not payment_ref:
            raise ValueError("a payment is fetched by its checkout or its own reference")
        return self._payment_of_checkout(checkout_ref) if checkout_ref else self._payment_of_intent(payment_ref)

    def close_checkout(self, checkout_ref: str) -> PaymentFact:
        """Expire a session, and with it what was begun there; see HostedCheckout."""
        session = f"{SESSIONS}/{segment(checkout_ref)}"
        # only an open one can be expired; whatever else it is, the object tells
        with suppress(Rejected):
            self._call("post", f"{session}/expire", {})
        return payment_of_session(self._call("get", session, {"expand": INTENT_AND_CHARGE}))

    def find_checkout(
        self,
        attempt_id: str,
        *,
        created_after: datetime,
        created_before: datetime | None = None,
        customer_ref: str = "",
    ) -> CheckoutFact | None:
        """Search the sessions of a window (both ends included) for our mark; see HostedCheckout."""
        filters = window(created_after, created_before)
        if customer_ref:
            filters["customer"] = customer_ref
        session = self._search(SESSIONS, filters, ATTEMPT_MARK, attempt_id)
        return checkout_of_session(session) if session else None

    def _payment_of_checkout(self, checkout_ref: str) -> PaymentFact | None:
        session = self._known(f"{SESSIONS}/{segment(checkout_ref)}", {"expand": INTENT_AND_CHARGE})
        return payment_of_session(session) if session else None

    def _payment_of_intent(self, payment_ref: str) -> PaymentFact | None:
        """By the session that owns the intent; an intent without one was not made by a checkout of ours."""
        expand = ["data.payment_intent", "data.payment_intent.latest_charge"]
        owner = {"payment_intent": payment_ref, "limit": 1, "expand": expand}
        sessions = (self._known(SESSIONS, owner) or {"data": []})["data"]
        if sessions:
            return payment_of_session(sessions[0])
        intent = self._known(f"/v1/payment_intents/{segment(payment_ref)}", {"expand": ["latest_charge"]})
        return payment_of_intent(intent) if intent else None


def _session_parameters(request: CheckoutRequest) -> "SessionCreateParams":
    """Depends on the request alone: a repeat under the same key must carry the same parameters to the letter."""
    mark = payment_marks(request.attempt_id, request.marks)
    parameters: SessionCreateParams = {
        "mode": "payment",
        "line_items": [_line_item(request.currency, *line) for line in request.lines],
        "client_reference_id": request.attempt_id,
        "metadata": mark,
        # events of the intent carry the intent's metadata, not the session's
        "payment_intent_data": {"metadata": mark},
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": unix(request.expires_at),
    }
    if request.saves_method:
        parameters["payment_intent_data"]["setup_future_usage"] = "off_session"
    if request.customer_ref:
        parameters["customer"] = request.customer_ref
    else:
        # a customer from the first payment on, so that the next one can be found by it
        parameters["customer_creation"] = "always"
        if request.customer_email:
            parameters["customer_email"] = request.customer_email
    return parameters


def _line_item(currency: str, description: str, quantity: int, unit_minor: int) -> "SessionCreateParamsLineItem":
    return {
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": to_stripe(unit_minor, currency),
            "product_data": {"name": description},
        },
        "quantity": quantity,
    }
