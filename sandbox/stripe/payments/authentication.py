"""The buyer's answer to a 3D Secure challenge: an intent in `requires_action` goes on, or fails."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.cards import challenge
from sandbox.stripe.cards.issuer import PASSED
from sandbox.stripe.events import events
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payments import charges, confirm
from sandbox.stripe.setup_intents import confirm as setup_confirm
from sandbox.world import World

KINDS = {"pi": "payment_intent", "seti": "setup_intent"}


class NothingToAuthenticate(Exception):
    """The intent is not waiting for the buyer."""


def waiting(world: World, intent_id: str) -> JsonObject | None:
    """The payment or setup intent of this id, whatever its state; None when there is none."""
    return world.store.get(KINDS.get(intent_id.partition("_")[0], ""), intent_id)


def answer(world: World, intent: JsonObject, *, passed: bool) -> JsonObject:
    """The intent afterwards. Raises NothingToAuthenticate unless it is waiting."""
    if intent["status"] != "requires_action":
        raise NothingToAuthenticate(f"{intent['id']} is {intent['status']}")
    cause = Cause(request_id=new_id("req", 14))
    method = payment_methods.of_name(world, intent["payment_method"])
    if intent["object"] == setup_confirm.KIND:
        return _of_setup(world, intent, method, cause, passed)
    return _of_payment(world, intent, method, cause, passed)


def _fail_payment(world: World, intent: JsonObject, method: JsonObject, cause: Cause) -> JsonObject:
    """The buyer did not pass: no charge was tried, another card may be."""
    changes = {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": challenge.failure(confirm.KIND, method),
    }
    after = world.store.put(confirm.KIND, {**intent, **changes})
    events.emit(world, "payment_intent.payment_failed", after, cause)
    return after


def _of_setup(world: World, intent: JsonObject, method: JsonObject, cause: Cause, passed: bool) -> JsonObject:
    if passed:
        return setup_confirm.attempt(world, intent, method, cause, PASSED)
    return setup_confirm.refused(world, intent, challenge.failure(setup_confirm.KIND, method), cause)


def _of_payment(world: World, intent: JsonObject, method: JsonObject, cause: Cause, passed: bool) -> JsonObject:
    if not passed:
        return _fail_payment(world, intent, method, cause)
    after, charge = confirm.attempt(world, intent, method, cause, PASSED)
    if charge is not None and charge["paid"]:
        charges.settle(world, charge, cause)
    return after
