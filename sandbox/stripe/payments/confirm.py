"""The moment of truth: a payment intent meets a card."""

from sandbox import ledger
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.errors import StripeError
from sandbox.stripe.cards import challenge, issuer
from sandbox.stripe.cards.declines import Decline
from sandbox.stripe.cards.issuer import Presence
from sandbox.stripe.events import events
from sandbox.stripe.invoices import paid as invoice_paid
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payments import charges
from sandbox.world import World

KIND = "payment_intent"
BUYER_PRESENT = Presence()


def confirm(
    world: World,
    intent: JsonObject,
    cause: Cause,
    presence: Presence = BUYER_PRESENT,
    return_url: str | None = None,
) -> JsonObject:
    """Charge the intent's payment method by API. Raises the card error that Stripe answers with 402.

    When the issuer asks for the buyer, the intent comes back as `requires_action`.
    """
    method = payment_methods.of_name(world, intent["payment_method"])
    after, charge = attempt(world, intent, method, cause, presence, return_url=return_url)
    if charge is None:
        return after
    if charge["status"] == "failed":
        raise declined(after)
    charges.settle(world, charge, cause)
    return after


def attempt(
    world: World,
    intent: JsonObject,
    method: JsonObject,
    cause: Cause,
    presence: Presence = BUYER_PRESENT,
    *,
    session: JsonObject | None = None,
    return_url: str | None = None,
) -> tuple[JsonObject, JsonObject | None]:
    """One try: the intent afterwards and the charge, which may have failed. Money that moved is in the ledger.

    There is no charge yet when the buyer must authenticate first.
    """
    verdict = issuer.on_charge(world, method, presence)
    if verdict.challenge:
        return _challenged(world, intent, method, cause, return_url), None
    charge = charges.add(world, intent, method, verdict.decline, cause)
    if verdict.decline:
        return _failed(world, intent, method, charge, verdict.decline, cause), charge
    ledger.record_charge(world.store, charge, session)
    return _succeeded(world, intent, method, charge, cause), charge


def process(world: World, intent: JsonObject, method: JsonObject, cause: Cause) -> JsonObject:
    """Handed on to a bank that takes days: nothing has moved, and nobody can take it back."""
    changes = {"status": "processing", "payment_method": method["id"], "last_payment_error": None}
    after = world.store.put(KIND, {**intent, **changes})
    events.emit(world, "payment_intent.processing", after, cause)
    return after


def declined(intent: JsonObject) -> StripeError:
    """402: the card did not pay. The intent inside of the error shows that another card may be tried."""
    return errors.card_error(intent["last_payment_error"], payment_intent=intent)


def _challenged(
    world: World, intent: JsonObject, method: JsonObject, cause: Cause, return_url: str | None
) -> JsonObject:
    action = challenge.next_action(world, intent["id"], return_url)
    changes = {"status": "requires_action", "payment_method": method["id"], "next_action": action}
    after = world.store.put(KIND, {**intent, **changes, "last_payment_error": None})
    events.emit(world, "payment_intent.requires_action", after, cause)
    return after


def _succeeded(world: World, intent: JsonObject, method: JsonObject, charge: JsonObject, cause: Cause) -> JsonObject:
    if intent["setup_future_usage"] and intent["customer"]:
        _save(world, intent, method, cause)
    changes = {
        "status": "succeeded",
        "amount_received": charge["amount"],
        "latest_charge": charge["id"],
        "payment_method": method["id"],
        "last_payment_error": None,
        "next_action": None,
    }
    after = world.store.put(KIND, {**intent, **changes})
    events.emit(world, "payment_intent.succeeded", after, cause)
    invoice_paid.intent_succeeded(world, after, cause)
    return after


def _save(world: World, intent: JsonObject, method: JsonObject, cause: Cause) -> None:
    if intent["setup_future_usage"] == "off_session":
        issuer.set_up(world, method)
    payment_methods.give(world, method, intent["customer"], cause)


def _failed(
    world: World, intent: JsonObject, method: JsonObject, charge: JsonObject, decline: Decline, cause: Cause
) -> JsonObject:
    changes = {
        "status": "requires_payment_method",
        "latest_charge": charge["id"],
        "payment_method": None,
        "last_payment_error": {**decline.error(), "charge": charge["id"], "payment_method": method},
        "next_action": None,
    }
    after = world.store.put(KIND, {**intent, **changes})
    events.emit(world, "payment_intent.payment_failed", after, cause)
    return after
