"""Cards that are kept for later charges (https://docs.stripe.com/payments/save-and-reuse)."""

from typing import Any

from billing.errors import Rejected
from gateways.stripe.calls import Calls, segment
from gateways.stripe.card_shapes import card_of, card_of_setup
from gateways.stripe.checkouts import SESSIONS
from gateways.stripe.payments import checkout_of_session
from gateways.stripe.shapes import ACCOUNT_MARK, reference
from schemas.facts.customers import CardFact, SetupRequest
from schemas.facts.payments import CheckoutFact

METHODS = "/v1/payment_methods"


class Cards(Calls):
    """Has cards saved and looks them up."""

    def open_setup(self, request: SetupRequest) -> CheckoutFact:
        """Open a Checkout Session in setup mode, good for 24 hours; see SavedMethods."""
        return checkout_of_session(self._post(SESSIONS, _setup_parameters(request), request.idempotency_key))

    def fetch_card(self, *, card_ref: str = "", setup_ref: str = "", checkout_ref: str = "") -> CardFact | None:
        """A card by the first reference that is given; see SavedMethods. Payment methods of other kinds are none."""
        if card_ref:
            method = self._known(f"{METHODS}/{segment(card_ref)}")
            return card_of(method) if method else None
        if setup_ref:
            setup = self._known(f"/v1/setup_intents/{segment(setup_ref)}", {"expand": ["payment_method"]})
            return card_of_setup(setup) if setup else None
        if checkout_ref:
            return self._card_of_checkout(checkout_ref)
        raise ValueError("a card is fetched by a reference")

    def detach(self, card_ref: str, *, idempotency_key: str) -> None:
        """Detach a PaymentMethod; see SavedMethods. It is asked about first: to detach twice is an error there."""
        path = f"{METHODS}/{segment(card_ref)}"
        if not self._is_attached(path):
            return
        try:
            self._post(f"{path}/detach", {}, idempotency_key)
        except Rejected:
            # the customer may have taken it away there meanwhile
            if self._is_attached(path):
                raise

    def _is_attached(self, path: str) -> bool:
        card = self._known(path)
        return card is not None and bool(reference(card.get("customer")))

    def _card_of_checkout(self, checkout_ref: str) -> CardFact | None:
        expand = ["setup_intent", "setup_intent.payment_method"]
        session = self._known(f"{SESSIONS}/{segment(checkout_ref)}", {"expand": expand})
        setup = session.get("setup_intent") if session else None
        return card_of_setup(setup) if isinstance(setup, dict) else None


def _setup_parameters(request: SetupRequest) -> dict[str, Any]:
    """Depends on the request alone: a repeat under the same key must carry the same parameters to the letter."""
    mark = {ACCOUNT_MARK: request.account_id}
    return {
        "mode": "setup",
        "customer": request.customer_ref,
        "currency": request.currency.lower(),
        "payment_method_types": ["card"],
        "metadata": mark,
        "setup_intent_data": {"metadata": mark},
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
    }
