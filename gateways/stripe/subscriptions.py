"""Subscriptions that Stripe bills (https://docs.stripe.com/billing/subscriptions/overview)."""

from typing import Any

from billing.errors import Rejected
from gateways.stripe.calls import Calls, segment, unix
from gateways.stripe.checkouts import SESSIONS
from gateways.stripe.errors import NOT_FOUND
from gateways.stripe.invoices import INVOICES
from gateways.stripe.payments import checkout_of_session
from gateways.stripe.shapes import SUBSCRIPTION_MARK
from gateways.stripe.subscription_shapes import subscription_of
from schemas.facts.payments import CheckoutFact
from schemas.facts.subscriptions import SubscriptionCheckoutRequest, SubscriptionFact

SUBSCRIPTIONS = "/v1/subscriptions"


class Subscriptions(Calls):
    """Starts subscriptions, looks them up, changes and ends them."""

    def open_subscription_checkout(self, request: SubscriptionCheckoutRequest) -> CheckoutFact:
        """Open a Checkout Session that starts a subscription; `expires_at` must be 30 minutes to 24 hours ahead."""
        return checkout_of_session(self._post(SESSIONS, _session_parameters(request), request.idempotency_key))

    def fetch_subscription(self, *, subscription_ref: str = "", checkout_ref: str = "") -> SubscriptionFact | None:
        """The subscription, or the one that a Checkout Session has started; see RunsSubscriptions."""
        if subscription_ref:
            subscription = self._known(_path(subscription_ref))
        elif checkout_ref:
            session = self._known(f"{SESSIONS}/{segment(checkout_ref)}", {"expand": ["subscription"]})
            subscription = session.get("subscription") if session else None
        else:
            raise ValueError("a subscription is fetched by its own reference or its checkout")
        return subscription_of(subscription) if subscription else None

    def change_price(
        self, subscription_ref: str, item_ref: str, price_ref: str, *, prorate: bool, idempotency_key: str
    ) -> SubscriptionFact:
        """Swap the item's price when that is paid for; see RunsSubscriptions.

        What the card does not pay at once is a pending update: Stripe keeps it and the open invoice for 23 hours
        (https://docs.stripe.com/billing/subscriptions/pending-updates).
        """
        change = {
            "items": [{"id": item_ref, "price": price_ref}],
            "payment_behavior": "pending_if_incomplete",
            "proration_behavior": "always_invoice" if prorate else "none",
        }
        return subscription_of(self._post(_path(subscription_ref), change, idempotency_key))

    def void_invoice(self, invoice_ref: str, *, idempotency_key: str) -> None:
        """Void an open invoice, and with it the pending update that waits for it; see RunsSubscriptions."""
        self._post(f"{INVOICES}/{segment(invoice_ref)}/void", {}, idempotency_key)

    def set_tax(self, subscription_ref: str, tax_ref: str, *, idempotency_key: str) -> SubscriptionFact:
        """Put its invoices to come on this rate, or on none; see RunsSubscriptions."""
        change = {"default_tax_rates": [tax_ref] if tax_ref else ""}
        return subscription_of(self._post(_path(subscription_ref), change, idempotency_key))

    def set_cancellation(self, subscription_ref: str, *, at_period_end: bool, idempotency_key: str) -> SubscriptionFact:
        """Set or take back the cancellation at the period's end; see RunsSubscriptions.

        What the customer portal has set is taken back as well: it writes a date into `cancel_at` instead.
        """
        path = _path(subscription_ref)
        subscription = self._post(path, {"cancel_at_period_end": at_period_end}, idempotency_key)
        if not at_period_end and subscription.get("cancel_at") is not None:
            subscription = self._post(path, {"cancel_at": ""}, f"{idempotency_key}/date")
        return subscription_of(subscription)

    def cancel_now(self, subscription_ref: str, *, idempotency_key: str) -> SubscriptionFact:
        """End it now, without an invoice or a credit; see RunsSubscriptions.

        Stripe keeps no key for a deletion and does not find what has ended: a repeat returns it as it ended.
        """
        try:
            ended = self._call("delete", _path(subscription_ref), {}, idempotency_key=idempotency_key)
            return subscription_of(ended)
        except Rejected as refusal:
            if refusal.code != NOT_FOUND:
                raise
            subscription = self.fetch_subscription(subscription_ref=subscription_ref)
            if subscription is None or subscription.ended_at is None:
                raise
            return subscription

    def pause_collection(self, subscription_ref: str, *, paused: bool, idempotency_key: str) -> SubscriptionFact:
        """Void the invoices to come, or collect again; see RunsSubscriptions."""
        change: dict[str, Any] = {"pause_collection": {"behavior": "void"} if paused else ""}
        return subscription_of(self._post(_path(subscription_ref), change, idempotency_key))


def _path(subscription_ref: str) -> str:
    return f"{SUBSCRIPTIONS}/{segment(subscription_ref)}"


def _session_parameters(request: SubscriptionCheckoutRequest) -> dict[str, Any]:
    """Depends on the request alone: a repeat under the same key must carry the same parameters to the letter."""
    mark = {SUBSCRIPTION_MARK: request.subscription_id}
    subscription: dict[str, Any] = {"metadata": mark}
    if request.trial_days:
        subscription["trial_period_days"] = request.trial_days
    if request.tax_ref:
        subscription["default_tax_rates"] = [request.tax_ref]
    parameters: dict[str, Any] = {
        "mode": "subscription",
        "line_items": [{"price": price_ref, "quantity": quantity} for price_ref, quantity in request.prices],
        "client_reference_id": request.subscription_id,
        "metadata": mark,
        # events of the subscription and of its invoices carry the subscription's metadata, not the session's
        "subscription_data": subscription,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": unix(request.expires_at),
    }
    if request.coupon_ref:
        parameters["discounts"] = [{"coupon": request.coupon_ref}]
    if request.customer_ref:
        parameters["customer"] = request.customer_ref
    elif request.customer_email:
        parameters["customer_email"] = request.customer_email
    return parameters
