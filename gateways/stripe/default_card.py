"""The card that is charged from now on (https://docs.stripe.com/billing/subscriptions/payment-methods-setting)."""

from contextlib import suppress

from billing.errors import Rejected
from gateways.stripe.calls import Calls, segment
from gateways.stripe.cards import METHODS
from gateways.stripe.customers import CUSTOMERS
from gateways.stripe.invoices import INVOICES
from gateways.stripe.shapes import NOTHING, TOLD, Json, inside, reference
from gateways.stripe.subscriptions import SUBSCRIPTIONS

ENDED = frozenset({"canceled", "incomplete_expired"})


class DefaultCard(Calls):
    """Chooses which of a customer's cards is charged."""

    def make_default(
        self, customer_ref: str, card_ref: str, *, idempotency_key: str, unless_newer: bool = False
    ) -> bool:
        """Attach the card and charge it by default, at once for what is unpaid; see SavedMethods.

        Safe to repeat after any failure: what is charged to another card shows what is still to be done, so each
        subscription changes its card after its invoices were tried, and the customer last.
        """
        card, default = self._attached(customer_ref, card_ref, idempotency_key), self._default_of(customer_ref)
        if unless_newer and default.get("created", 0) > card["created"]:
            return False
        for subscription in self._charged_to_another(customer_ref, card, default):
            self._move(subscription, card["id"], idempotency_key)
        if default.get("id") == card["id"]:
            return True
        settings = {"invoice_settings": {"default_payment_method": card["id"]}}
        key = f"{idempotency_key}{TOLD if unless_newer else '/customer'}"
        self._post(f"{CUSTOMERS}/{segment(customer_ref)}", settings, key)
        # of a choice that is told again the key is spent: Stripe repeats its answer, and what was chosen since stays
        return not unless_newer or bool(self._default_of(customer_ref).get("id") == card["id"])

    def _attached(self, customer_ref: str, card_ref: str, idempotency_key: str) -> Json:
        path = f"{METHODS}/{segment(card_ref)}"
        card: Json | None = self._known(path)
        if card is not None and reference(card.get("customer")) == customer_ref:
            return card
        attached: Json = self._post(f"{path}/attach", {"customer": customer_ref}, f"{idempotency_key}/attach")
        return attached

    def _default_of(self, customer_ref: str) -> Json:
        expand = {"expand": ["invoice_settings.default_payment_method"]}
        customer = self._known(f"{CUSTOMERS}/{segment(customer_ref)}", expand)
        return inside(customer or NOTHING, "invoice_settings", "default_payment_method")

    def _charged_to_another(self, customer_ref: str, card: Json, default: Json) -> list[Json]:
        """The customer's running subscriptions that are not charged to this card; at most one page."""
        filters = {"customer": customer_ref, "limit": self._page_limit}
        running = self._call("get", SUBSCRIPTIONS, filters)["data"]
        charged = [(reference(each.get("default_payment_method")) or default.get("id"), each) for each in running]
        return [each for card_ref, each in charged if card_ref != card["id"] and each["status"] not in ENDED]

    def _move(self, subscription: Json, card_ref: str, idempotency_key: str) -> None:
        """Its own card outranks its customer's, and Checkout gives each subscription one; others follow the customer.

        https://docs.stripe.com/api/subscriptions/object, default_payment_method
        """
        self._pay_what_is_open(subscription["id"], card_ref, idempotency_key)
        if reference(subscription.get("default_payment_method")):
            path = f"{SUBSCRIPTIONS}/{segment(subscription['id'])}"
            self._post(path, {"default_payment_method": card_ref}, f"{idempotency_key}/{subscription['id']}")

    def _pay_what_is_open(self, subscription_ref: str, card_ref: str, idempotency_key: str) -> None:
        """Try the open invoices with this card; those that are paid by hand are left to who pays them."""
        filters = {
            "subscription": subscription_ref,
            "status": "open",
            "collection_method": "charge_automatically",
            "limit": self._page_limit,
        }
        for invoice in reversed(self._call("get", INVOICES, filters)["data"]):
            path = f"{INVOICES}/{segment(invoice['id'])}/pay"
            with suppress(Rejected):  # declined, or paid meanwhile: the invoice has news of its own
                self._post(path, {"payment_method": card_ref}, f"{idempotency_key}/{invoice['id']}")
