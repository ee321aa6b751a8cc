"""The moment of truth: a payment intent meets a card."""

from sandbox import ledger
from sandbox.json_types import JsonObject
from sandbox.stripe import charges, events, payment_methods
from sandbox.stripe.call import Cause
from sandbox.stripe.cards import Card
from sandbox.stripe.errors import StripeError
from sandbox.world import World

KIND = "payment_intent"
DOCUMENTATION = "https://stripe.com/docs/error-codes/"


def confirm(world: World, intent: JsonObject, cause: Cause) -> JsonObject:
    """Charge the intent's payment method by API. Raises the card error that Stripe answers with 402."""
    method = payment_methods.of_name(world, intent["payment_method"])
    after, charge = attempt(world, intent, method, cause)
    if charge["status"] == "failed":
        raise declined(after, charge)
    charges.settle(world, charge, cause)
    return after


def attempt(
    world: World, intent: JsonObject, method: JsonObject, cause: Cause, session: JsonObject | None = None
) -> tuple[JsonObject, JsonObject]:
    """One try: the intent afterwards and the charge, which may have failed. Money that moved is in the ledger."""
    card = payment_methods.card_of(world, method)
    charge = charges.add(world, intent, method, card, cause)
    if card.code:
        return _failed(world, intent, method, charge, card, cause), charge
    ledger.record_charge(world.store, charge, session)
    return _succeeded(world, intent, method, charge, cause), charge


def declined(intent: JsonObject, charge: JsonObject) -> StripeError:
    """402: the card did not pay. The intent inside of the error shows that another card may be tried."""
    error = intent["last_payment_error"]
    return StripeError(
        402,
        "card_error",
        error["message"],
        executed=True,
        charge=charge["id"],
        code=error["code"],
        decline_code=error["decline_code"],
        doc_url=error["doc_url"],
        payment_intent=intent,
        payment_method=error["payment_method"],
    )


def _succeeded(world: World, intent: JsonObject, method: JsonObject, charge: JsonObject, cause: Cause) -> JsonObject:
    if intent["setup_future_usage"] and intent["customer"]:
        world.store.put(payment_methods.KIND, {**method, "customer": intent["customer"]})
    changes = {
        "status": "succeeded",
        "amount_received": charge["amount"],
        "latest_charge": charge["id"],
        "payment_method": method["id"],
        "last_payment_error": None,
    }
    after = world.store.put(KIND, {**intent, **changes})
    events.emit(world, "payment_intent.succeeded", after, cause)
    return after


def _failed(
    world: World, intent: JsonObject, method: JsonObject, charge: JsonObject, card: Card, cause: Cause
) -> JsonObject:
    error = {
        "charge": charge["id"],
        "code": card.code,
        "decline_code": card.decline_code,
        "doc_url": DOCUMENTATION + card.code.replace("_", "-"),
        "message": card.message,
        "payment_method": method,
        "type": "card_error",
    }
    changes = {
        "status": "requires_payment_method",
        "latest_charge": charge["id"],
        "payment_method": None,
        "last_payment_error": error,
    }
    after = world.store.put(KIND, {**intent, **changes})
    events.emit(world, "payment_intent.payment_failed", after, cause)
    return after
