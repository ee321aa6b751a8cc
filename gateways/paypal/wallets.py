"""Wallets that are kept for later charges (https://developer.paypal.com/docs/checkout/save-payment-methods/)."""

from billing.errors import Rejected
from gateways.paypal.calls import or_none, segment
from gateways.paypal.customers import Customers
from gateways.paypal.wallet_shapes import checkout_of_setup, no_wallet, setup_token, wallet_of
from schemas.facts.customers import CardFact, SetupRequest
from schemas.facts.payments import CheckoutFact

SETUP_TOKENS = "/v3/vault/setup-tokens"
PAYMENT_TOKENS = "/v3/vault/payment-tokens"


class Wallets(Customers):
    """Has wallets saved, and looks them up."""

    def open_setup(self, request: SetupRequest) -> CheckoutFact:
        """Create a setup token, good for three days; see SavedMethods. PayPal keeps the key for three hours.

        Another one would be another page, on which nothing is paid and the same wallet is saved once.
        """
        return checkout_of_setup(self._post(SETUP_TOKENS, setup_token(request), request.idempotency_key))

    def fetch_card(self, *, card_ref: str = "", setup_ref: str = "", checkout_ref: str = "") -> CardFact | None:
        """A saved wallet; see SavedMethods. One that PayPal does not know belongs to nobody any more.

        None by the page that it was saved on: which wallet that was, its own event tells.
        """
        if not card_ref:
            return None
        token = self._known(_path(card_ref), card_ref)
        return wallet_of(token) if token else no_wallet(card_ref)

    def make_default(
        self, customer_ref: str, card_ref: str, *, idempotency_key: str, unless_newer: bool = False
    ) -> bool:
        """Nothing to do: PayPal charges no wallet by default; see SavedMethods.

        Rejected `card_not_found` for a wallet that is not this customer's.
        """
        wallet = self.fetch_card(card_ref=card_ref)
        if wallet is None or wallet.customer_ref != customer_ref:
            raise Rejected("card_not_found", f"PayPal has no wallet {card_ref} of this customer.", 404)
        return True

    def detach(self, card_ref: str, *, idempotency_key: str) -> None:
        """Delete a payment token; see SavedMethods."""
        or_none(lambda: self._connection.call("DELETE", _path(card_ref)))


def _path(card_ref: str) -> str:
    return f"{PAYMENT_TOKENS}/{segment(card_ref)}"
