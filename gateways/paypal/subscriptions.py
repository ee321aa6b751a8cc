"""Subscriptions that PayPal bills (https://developer.paypal.com/docs/api/subscriptions/v1/#subscriptions)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from billing.errors import Rejected
from gateways.paypal.answers import an_object, reader
from gateways.paypal.calls import segment
from gateways.paypal.errors import Refused
from gateways.paypal.notes import Note, Wish, note_of, note_text
from gateways.paypal.orders import Orders
from gateways.paypal.plans import Plans
from gateways.paypal.shapes import SUBSCRIPTION_MARK, TRIAL, Json, link, marked, text, written
from gateways.paypal.subscription_shapes import (
    ENDED,
    SUSPENDED,
    is_ours,
    is_subscription_ref,
    started,
    subscription_of,
)
from schemas.facts.payments import CheckoutFact, PaymentFact, PaymentStatus
from schemas.facts.subscriptions import START_PAGE_IS_OPEN, SubscriptionCheckoutRequest, SubscriptionFact

SUBSCRIPTIONS = "/v1/billing/subscriptions"
# what PayPal leaves out of a subscription unless it is asked for
FIELDS = {"fields": "last_failed_payment"}
APPROVE = "approve"


class Subscriptions(Plans, Orders):
    """Starts subscriptions, looks them up, changes and ends them."""

    def open_subscription_checkout(self, request: SubscriptionCheckoutRequest) -> CheckoutFact:
        """Create a subscription to which its buyer has yet to agree; see RunsSubscriptions.

        It begins, and is paid for the first time, when they do. PayPal keeps the key for 72 hours.
        """
        made = self._post(SUBSCRIPTIONS, subscription_request(request), request.idempotency_key)
        return checkout_of_subscription(made)

    def fetch_subscription(self, *, subscription_ref: str = "", checkout_ref: str = "") -> SubscriptionFact | None:
        """The subscription, whose own reference is that of its page; see RunsSubscriptions."""
        reference = subscription_ref or checkout_ref
        if not reference:
            raise ValueError("a subscription is fetched by its own reference or its checkout")
        subscription = self._subscription(reference)
        return self._fact(subscription) if subscription and is_ours(subscription) else None

    def close_checkout(self, checkout_ref: str) -> PaymentFact | None:
        """Close an order, or say what became of a subscription's page; see HostedCheckout.

        PayPal cancels no subscription before its buyer has agreed, and they may do so at any time: Rejected
        `start_page_is_open`, since two pages that can be agreed to would be two subscriptions.
        """
        subscription = self._subscription(checkout_ref) if is_subscription_ref(checkout_ref) else None
        if subscription is None:
            return super().close_checkout(checkout_ref)
        if not is_ours(subscription):
            detail = "PayPal closes no page on which a subscription can still be started."
            raise Rejected(START_PAGE_IS_OPEN, detail, 409, checkout_url=link(subscription, APPROVE))
        return started(subscription, self._plan(text(subscription, "plan_id")))

    def change_price(
        self, subscription_ref: str, item_ref: str, price_ref: str, *, prorate: bool, idempotency_key: str
    ) -> SubscriptionFact:
        """Ask the buyer for another plan, which is billed from the next payment on; see RunsSubscriptions.

        Until they agree at `approval_url` all stays as it is. PayPal prorates nothing.
        """
        path = f"{_path(subscription_ref)}/revise"
        revised = an_object(self._connection.call("POST", path, body={"plan_id": price_ref}, key=idempotency_key))
        return replace(self._present(subscription_ref), approval_url=link(revised, APPROVE))

    def set_tax(self, subscription_ref: str, tax_ref: str, *, idempotency_key: str) -> SubscriptionFact:
        """What PayPal bills for us bears no tax: Rejected `gateway_cannot`; see RunsSubscriptions."""
        raise Rejected("gateway_cannot", "PayPal bills no tax for us.", 409)

    def void_invoice(self, invoice_ref: str, *, idempotency_key: str) -> None:
        """PayPal gives up a payment by itself, and no change waits for one: Rejected `gateway_cannot`."""
        raise Rejected("gateway_cannot", "PayPal lets nobody give up a payment that it tries.", 409)

    def set_cancellation(self, subscription_ref: str, *, at_period_end: bool, idempotency_key: str) -> SubscriptionFact:
        """Suspend it with a note that it is to end, or take it up again; see RunsSubscriptions and `notes`.

        Rejected `subscription_state` for one that is suspended already: no period of it is running that could end.
        """
        present = self._present(subscription_ref)
        if present.ended_at or present.cancel_at_period_end is at_period_end:
            return present
        if at_period_end and (present.is_collection_paused or present.status == "unpaid"):
            detail = "The subscription is suspended at PayPal, and not paid for: cancel it now, or resume it first."
            raise Rejected("subscription_state", detail, 409)
        return self._suspended(present, Wish.END) if at_period_end else self._activated(subscription_ref)

    def cancel_now(self, subscription_ref: str, *, idempotency_key: str) -> SubscriptionFact:
        """Cancel it, for good; see RunsSubscriptions."""
        return self._turned(subscription_ref, "cancel", "Canceled", ENDED)

    def pause_collection(self, subscription_ref: str, *, paused: bool, idempotency_key: str) -> SubscriptionFact:
        """Suspend it, or take it up again: payments that were due meanwhile are never made; see RunsSubscriptions."""
        if not paused:
            return self._activated(subscription_ref)
        present = self._present(subscription_ref)
        return present if present.is_collection_paused else self._suspended(present, Wish.PAUSE)

    def open_portal(self, customer_ref: str, *, return_url: str) -> str:
        """Subscribers manage what they pay in their own PayPal accounts: Rejected `gateway_cannot`."""
        raise Rejected("gateway_cannot", "PayPal has no page of a shop's on which customers manage payments.", 409)

    def _subscription(self, reference: str) -> Json | None:
        return self._known(_path(reference), reference, query=FIELDS)

    def _fact(self, subscription: Json) -> SubscriptionFact:
        return subscription_of(subscription, self._plan(text(subscription, "plan_id")))

    def _present(self, subscription_ref: str) -> SubscriptionFact:
        present = self.fetch_subscription(subscription_ref=subscription_ref)
        if present is None:
            raise Rejected("subscription_not_found", "PayPal does not know the subscription.", status=404)
        return present

    def _suspended(self, present: SubscriptionFact, wish: Wish) -> SubscriptionFact:
        note = note_text(Note(wish, present.period_end))
        return self._turned(present.subscription_ref, "suspend", note, frozenset({SUSPENDED}))

    def _activated(self, subscription_ref: str) -> SubscriptionFact:
        return self._turned(subscription_ref, "activate", "Taken up again", frozenset({"ACTIVE"}))

    def _turned(self, subscription_ref: str, way: str, reason: str, there: Iterable[str]) -> SubscriptionFact:
        """Done, or there already: PayPal keeps no key for it, and refuses a repeat.

        Raises the refusal where it is not there, and Rejected `subscription_state` where it is there for another
        reason.
        """
        try:
            self._connection.call("POST", f"{_path(subscription_ref)}/{way}", body={"reason": reason})
        except Refused:
            subscription = self._subscription(subscription_ref)
            if subscription is None or subscription["status"] not in there:
                raise
            _check_reason(subscription, reason)
        return self._present(subscription_ref)


def _check_reason(subscription: Json, reason: str) -> None:
    """Raise where somebody else has suspended it meanwhile, for another reason."""
    wished, told = note_of(reason), note_of(text(subscription, "status_change_note"))
    if wished and (told is None or told.wish is not wished.wish):
        raise Rejected("subscription_state", "The subscription was suspended at PayPal meanwhile.", 409)


@reader
def checkout_of_subscription(subscription: Json) -> CheckoutFact:
    """One that waits for its buyer, or did."""
    status = PaymentStatus.CAPTURED if is_ours(subscription) else PaymentStatus.PENDING
    return CheckoutFact(subscription["id"], link(subscription, APPROVE), status)


def subscription_request(request: SubscriptionCheckoutRequest) -> dict[str, Any]:
    """Depends on the request alone: a repeat under the same key must carry the same body to the letter.

    Days that are free are a start that lies ahead. They are counted from the last instant at which the buyer may agree
    by our books, so that nobody has fewer of them than was promised.
    """
    ((price_ref, _),) = request.prices  # we sell one of one plan
    asked: dict[str, Any] = {
        "plan_id": price_ref,
        "custom_id": marked(SUBSCRIPTION_MARK, request.subscription_id, TRIAL if request.trial_days else ""),
        "application_context": {
            "return_url": request.success_url,
            "cancel_url": request.cancel_url,
            "user_action": "SUBSCRIBE_NOW",
            "shipping_preference": "NO_SHIPPING",
        },
    }
    if request.customer_email:
        asked["subscriber"] = {"email_address": request.customer_email}
    if request.trial_days:
        asked["start_time"] = written(_free_until(request.expires_at, request.trial_days))
    return asked


def _free_until(expires_at: datetime, days: int) -> datetime:
    return expires_at + timedelta(days=days)


def _path(subscription_ref: str) -> str:
    return f"{SUBSCRIPTIONS}/{segment(subscription_ref)}"
