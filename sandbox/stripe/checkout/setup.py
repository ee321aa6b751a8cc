"""mode=setup: the buyer saves a card, nothing is charged (https://docs.stripe.com/payments/checkout/save-and-reuse)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import amounts, errors
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.params import Params
from sandbox.stripe.cards.issuer import PASSED
from sandbox.stripe.checkout import finish as checkout_finish
from sandbox.stripe.checkout import shape as checkout_shape
from sandbox.stripe.setup_intents import confirm as setup_confirm
from sandbox.stripe.setup_intents import setup_intents
from sandbox.world import World

ACCEPTED = (*checkout_shape.COMMON, "currency", "customer_creation", "setup_intent_data")


def asked_for(world: World, params: Params) -> tuple[JsonObject, JsonObject]:
    """Check all parameters, then shape the session and its plan; nothing is stored yet."""
    params.only(*ACCEPTED)
    session = checkout_shape.begin(world, params)
    data = params.group("setup_intent_data")
    data.only("description", "metadata")
    intent = {"description": data.text("description"), "metadata": data.metadata()}
    session |= {
        "currency": amounts.currency(params, "currency") if params.text("currency") else None,
        "customer_creation": checkout_shape.customer_creation(session, params),
        "invoice_creation": None,
        "payment_method_collection": "always",
        "payment_status": "no_payment_required",
        "total_details": None,
    }
    return session, {"id": session["id"], "line_items": [], "setup_intent": intent}


def opened(world: World, session: JsonObject, plan: JsonObject, cause: Cause) -> JsonObject:
    """A session of this mode names its setup intent from the start."""
    wishes = plan["setup_intent"] | {"customer": session["customer"]}
    return {**session, "setup_intent": setup_intents.add(world, cause, wishes)["id"]}


def complete(world: World, session: JsonObject, plan: JsonObject, method: JsonObject, cause: Cause) -> JsonObject:
    """Save the card of a buyer who is present. Raises the card error when it declines; the session stays open."""
    intent = world.store.get(setup_confirm.KIND, session["setup_intent"])
    if intent is None:
        raise LookupError(f"{session['id']} has no setup intent")
    # the customer may have been made a moment ago
    intent = {**intent, "customer": session["customer"]}
    after = setup_confirm.attempt(world, intent, method, cause, PASSED)
    if after["last_setup_error"]:
        raise errors.card_error(after["last_setup_error"], setup_intent=after)
    return checkout_finish.finish(world, session, method, cause, {})
