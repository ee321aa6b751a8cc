"""Trying to collect an invoice with the saved payment method, and what follows when it fails."""

from sandbox.json_types import JsonObject
from sandbox.months import DAY_SECONDS
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.previous import put_and_tell
from sandbox.stripe.cards.issuer import OFF_SESSION, Presence
from sandbox.stripe.events import events
from sandbox.stripe.invoices import payments as invoice_payments
from sandbox.stripe.invoices.paid import customer_of, subscription_of
from sandbox.stripe.invoices.shape import KIND
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payments import charges, confirm, payment_intents
from sandbox.stripe.subscriptions import end as subscription_end
from sandbox.stripe.subscriptions import pending_update
from sandbox.world import World

PAYMENT_FAILED: JsonObject = {"reason": "payment_failed"}


def collect(
    world: World,
    invoice: JsonObject,
    cause: Cause,
    *,
    automatic: bool = True,
    presence: Presence = OFF_SESSION,
    method_id: str | None = None,
) -> JsonObject:
    """One try. The invoice afterwards: `paid`, or still `open` with the next try planned if this one was automatic."""
    # tries by hand do not count, unless one is the first: the plan of retries goes by this number
    count = invoice["attempt_count"] + 1 if automatic else max(invoice["attempt_count"], 1)
    invoice = world.store.put(KIND, {**invoice, "attempted": True, "attempt_count": count})
    method_id = method_id or default_method(world, invoice)
    if method_id is None:
        return _failed(world, invoice, cause, automatic=automatic)
    method = payment_methods.of_name(world, method_id)
    intent, charge = confirm.attempt(world, _intent_of(world, invoice), method, cause, presence)
    if charge is not None and charge["paid"]:
        charges.settle(world, charge, cause)
        return _now(world, invoice)
    if charge is None or intent["last_payment_error"]["code"] == "authentication_required":
        events.emit(world, "invoice.payment_action_required", invoice, cause)
    return _failed(world, invoice, cause, automatic=automatic)


def default_method(world: World, invoice: JsonObject) -> str | None:
    """What pays it (https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority)."""
    subscription, customer = subscription_of(world, invoice), customer_of(world, invoice)
    named = (
        invoice["default_payment_method"],
        subscription["default_payment_method"],
        customer["invoice_settings"]["default_payment_method"],
    )
    return next((each for each in named if each and _belongs(world, each, customer["id"])), None)


def _belongs(world: World, method_id: str, customer_id: str) -> bool:
    """A card that was detached since pays nothing any more."""
    method = world.store.get(payment_methods.KIND, method_id)
    return bool(method and method["customer"] == customer_id)


def _failed(world: World, invoice: JsonObject, cause: Cause, *, automatic: bool) -> JsonObject:
    subscription = subscription_of(world, invoice)
    # an incomplete subscription and a pending update wait for their buyer and are not tried again by themselves
    waits = subscription["status"] == "incomplete" or pending_update.is_waited_for(world, subscription, invoice)
    retried = automatic and not waits
    if retried:
        planned = {"next_payment_attempt": _next_try(world, invoice["attempt_count"])}
        invoice = world.store.put(KIND, {**invoice, **planned})
    events.emit(world, "invoice.payment_failed", invoice, cause)
    if retried:
        _dun(world, subscription, cause, given_up=invoice["next_payment_attempt"] is None)
    return _now(world, invoice)


def _next_try(world: World, failures: int) -> int | None:
    """By the account's schedule (https://docs.stripe.com/billing/revenue-recovery/smart-retries)."""
    waits = world.options.dunning_days
    return world.clock.now() + waits[failures - 1] * DAY_SECONDS if failures <= len(waits) else None


def _dun(world: World, subscription: JsonObject, cause: Cause, *, given_up: bool) -> None:
    if given_up and world.options.dunning_end == "cancel":
        subscription_end.cancel(world, subscription, PAYMENT_FAILED, cause)
        return
    status = "unpaid" if given_up and world.options.dunning_end == "unpaid" else "past_due"
    if subscription["status"] != "unpaid":
        put_and_tell(world, "customer.subscription.updated", subscription, {"status": status}, cause)


def _intent_of(world: World, invoice: JsonObject) -> JsonObject:
    intent = invoice_payments.intent_of(world, invoice["id"])
    if intent is None:
        raise LookupError(f"{invoice['id']} has no payment intent")
    return world.store.get(payment_intents.KIND, intent["id"]) or intent


def _now(world: World, invoice: JsonObject) -> JsonObject:
    return world.store.get(KIND, invoice["id"]) or invoice
