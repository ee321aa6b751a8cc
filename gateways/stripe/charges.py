"""Charges of saved cards while the customer is away.

https://docs.stripe.com/payments/save-and-reuse?platform=web&ui=checkout#charge-saved-payment-method
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import stripe

from billing.errors import Rejected
from gateways.stripe.amounts import to_stripe
from gateways.stripe.calls import Calls, segment, window
from gateways.stripe.errors import family_of
from gateways.stripe.payments import failure_code_of, payment_of_intent
from gateways.stripe.shapes import ATTEMPT_MARK, Json, inside, payment_marks, reference
from gateways.stripe.translate import GATEWAY
from schemas.facts.payments import ChargeRequest, PaymentFact, PaymentStatus

INTENTS = "/v1/payment_intents"


class Charges(Calls):
    """Charges saved cards and looks for charges whose answer was lost."""

    def charge(self, request: ChargeRequest) -> PaymentFact:
        """Create and confirm a payment intent in one call; see OffSessionCharge."""
        try:
            key = request.idempotency_key
            intent = self._send("post", INTENTS, _intent_parameters(request), idempotency_key=key)
        except stripe.CardError as decline:
            return _declined(request, _error_of(decline))
        except stripe.StripeError as error:
            raise family_of(error) from error
        return payment_of_intent(intent)

    def cancel_charge(self, payment_ref: str) -> PaymentFact:
        """Cancel a payment intent; see OffSessionCharge."""
        intent = f"{INTENTS}/{segment(payment_ref)}"
        # one that is over cannot be canceled; whatever it is, the object tells
        with suppress(Rejected):
            self._call("post", f"{intent}/cancel", {"cancellation_reason": "abandoned"})
        return payment_of_intent(self._call("get", intent, {"expand": ["latest_charge"]}))

    def find_charge(
        self, attempt_id: str, *, customer_ref: str, created_after: datetime, created_before: datetime
    ) -> PaymentFact | None:
        """Search the customer's payment intents of a window (both ends included) for our mark; see OffSessionCharge."""
        filters = window(created_after, created_before)
        filters |= {"customer": customer_ref, "expand": ["data.latest_charge"]}
        intent = self._search(INTENTS, filters, ATTEMPT_MARK, attempt_id)
        return payment_of_intent(intent) if intent else None


def _intent_parameters(request: ChargeRequest) -> dict[str, Any]:
    """Depends on the request alone: a repeat under the same key must carry the same parameters to the letter."""
    parameters: dict[str, Any] = {
        "amount": to_stripe(request.amount_minor, request.currency),
        "currency": request.currency.lower(),
        "customer": request.customer_ref,
        "payment_method": request.card_ref,
        "payment_method_types": ["card"],
        "confirm": True,
        "off_session": True,
        "metadata": payment_marks(request.attempt_id, request.marks),
        "expand": ["latest_charge"],
    }
    if request.description:
        parameters["description"] = request.description
    return parameters


def _error_of(decline: stripe.CardError) -> Json:
    """The error object of an answer. It carries the payment intent as it was left, and the id of its charge."""
    body = decline.json_body
    return inside(body, "error") if isinstance(body, Mapping) else {}


def _declined(request: ChargeRequest, error: Json) -> PaymentFact:
    """The intent of the error is not expanded; all but its references is known from the request."""
    intent = inside(error, "payment_intent")
    return PaymentFact(
        gateway=GATEWAY,
        attempt_id=request.attempt_id,
        checkout_ref="",
        payment_ref=reference(intent),
        charge_ref=reference(error.get("charge")) or reference(intent.get("latest_charge")),
        customer_ref=request.customer_ref,
        status=PaymentStatus.FAILED,
        amount_minor=request.amount_minor,
        currency=request.currency,
        failure_code=failure_code_of(error),
    )
