"""Setup intents: saving a card for later, without a charge (https://docs.stripe.com/api/setup_intents)."""

from sandbox.ids import new_client_secret, new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.stripe.customers import customers
from sandbox.stripe.events import events
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payments import intent_methods
from sandbox.stripe.setup_intents import confirm as setup_confirm
from sandbox.stripe.setup_intents.confirm import KIND
from sandbox.world import World

WRITABLE = ("customer", "description", "metadata", "payment_method", "payment_method_types")
CREATABLE = (*WRITABLE, "automatic_payment_methods", "confirm", "return_url", "usage")
CONFIRMABLE = ("payment_method", "return_url")
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
USAGES = ("off_session", "on_session")
CANCELLATION_REASONS = ("abandoned", "duplicate", "requested_by_customer")


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/setup_intents"""
    call.params.only(*CREATABLE)
    confirming, return_url = call.params.flag("confirm"), call.params.text("return_url")
    usage = call.params.choice("usage", USAGES, "off_session")
    wishes = {**intent_methods.asked_for(call.params), **_wishes(world, call.params), "usage": usage}
    if confirming and wishes["payment_method"] is None:
        raise errors.invalid("You must provide a payment method when confirming.", param="payment_method")
    intent = add(world, call.cause, wishes)
    return setup_confirm.confirm(world, intent, call.cause, return_url) if confirming else intent


def update(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/setup_intents/{intent}"""
    call.params.only(*WRITABLE)
    _must_be_open(before, "update")
    given = {name: str(before[name]) for name in ("customer", "description", "payment_method") if before[name]}
    wishes = _wishes(world, Params({**given, **call.params.fields}))
    changes = wishes | {"metadata": merged_metadata(before["metadata"], call.params), "next_action": None}
    return world.store.put(KIND, {**before, **changes, "status": _status(wishes)})


def confirm_one(world: World, call: Call, intent: JsonObject) -> JsonObject:
    """POST /v1/setup_intents/{intent}/confirm"""
    call.params.only(*CONFIRMABLE)
    _must_be_open(intent, "confirm")
    return_url = call.params.text("return_url")
    method = payment_methods.named(world, call.params)
    payment_methods.must_be_usable(world, method, intent["customer"])
    method_id = method["id"] if method else intent["payment_method"]
    if method_id is None:
        message = "You cannot confirm this SetupIntent because it's missing a payment method."
        raise errors.conflict(message, "setup_intent_unexpected_state", setup_intent=intent)
    return setup_confirm.confirm(world, {**intent, "payment_method": method_id}, call.cause, return_url)


def cancel(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/setup_intents/{intent}/cancel"""
    call.params.only("cancellation_reason")
    reason = call.params.choice("cancellation_reason", CANCELLATION_REASONS)
    _must_be_open(before, "cancel")
    return _canceled(world, before, reason, call.cause)


def abandon(world: World, intent_id: str, cause: Cause) -> None:
    """Its checkout expired."""
    intent = world.store.get(KIND, intent_id)
    if intent is not None and intent["status"] in OPEN:
        _canceled(world, intent, "abandoned", cause)


def add(world: World, cause: Cause, wishes: JsonObject) -> JsonObject:
    """A new intent, with its event. `wishes` are fields of it such as `customer`, `metadata` and `usage`."""
    intent_id, now = new_id("seti"), world.time_of(wishes.get("customer"))
    empty = blank(KIND, id=intent_id, client_secret=new_client_secret(intent_id), created=now)
    intent = world.store.put(KIND, {**empty, **wishes, "status": _status(wishes)})
    events.emit(world, "setup_intent.created", intent, cause)
    return intent


def _canceled(world: World, before: JsonObject, reason: str | None, cause: Cause) -> JsonObject:
    changes = {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    after = world.store.put(KIND, {**before, **changes})
    events.emit(world, "setup_intent.canceled", after, cause)
    return after


def _status(wishes: JsonObject) -> str:
    return "requires_confirmation" if wishes.get("payment_method") else "requires_payment_method"


def _must_be_open(intent: JsonObject, verb: str) -> None:
    if intent["status"] not in OPEN:
        message = f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}."
        raise errors.conflict(message, "setup_intent_unexpected_state", setup_intent=intent)


def _wishes(world: World, params: Params) -> JsonObject:
    intent_methods.must_be_cards(params)
    customer = customers.named(world, params)
    wishes = {
        "customer": customer and customer["id"],
        "description": params.text("description"),
        "metadata": params.metadata(),
    }
    # the last to be read, since a test name such as pm_card_visa makes a new payment method
    method = payment_methods.named(world, params)
    payment_methods.must_be_usable(world, method, customer["id"] if customer else None)
    return wishes | {"payment_method": method and method["id"]}
