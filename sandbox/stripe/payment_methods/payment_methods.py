"""Payment methods: cards only (https://docs.stripe.com/api/payment_methods)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors, lists
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.stripe.api.previous import put_update
from sandbox.stripe.cards import cards, issuer
from sandbox.stripe.cards import form as card_form
from sandbox.stripe.cards.numbers import Card
from sandbox.stripe.customers import customers
from sandbox.stripe.events import events
from sandbox.stripe.payment_methods import shape as payment_method_shape
from sandbox.world import World

KIND = "payment_method"
CREATABLE = ("allow_redisplay", "billing_details", "card", "metadata", "type")
WRITABLE = ("allow_redisplay", "billing_details", "card", "metadata")
REDISPLAY = ("always", "limited", "unspecified")
ELSEWHERE = "The payment method you provided has already been attached to a customer."
SPENT = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and "
    "may not be used again."
)
REUSED = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use "
    "a PaymentMethod multiple times, you must attach it to a Customer first."
)


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/payment_methods"""
    call.params.only(*CREATABLE)
    if call.params.choice("type", ("card",)) is None:
        raise errors.missing("type")
    wishes = {
        "allow_redisplay": call.params.choice("allow_redisplay", REDISPLAY, "unspecified"),
        "metadata": call.params.metadata(),
    }
    billing = payment_method_shape.billing(call.params, payment_method_shape.blank_billing())
    chosen = card_form.chosen(call.params, world.clock.now())
    return _stored(world, chosen, billing, wishes)


def retrieve(world: World, call: Call, method: JsonObject) -> JsonObject:
    """GET /v1/payment_methods/{id}, and GET /v1/customers/{customer}/payment_methods/{id}"""
    call.params.only()
    if call.ids.get("customer") not in (None, method["customer"]):
        raise errors.not_found("PaymentMethod", method["id"])
    return method


def update(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/payment_methods/{id}: a new expiry date, another address, not another number."""
    call.params.only(*WRITABLE)
    if before["customer"] is None:
        message = "You must save this PaymentMethod to a customer before you can update it."
        raise errors.conflict(message, "payment_method_unexpected_state")
    changes = {
        "allow_redisplay": call.params.choice("allow_redisplay", REDISPLAY, before["allow_redisplay"]),
        "billing_details": payment_method_shape.billing(call.params, before["billing_details"]),
        "card": {**before["card"], **card_form.new_expiry(call.params, before["card"], world.clock.now())},
        "metadata": merged_metadata(before["metadata"], call.params),
    }
    return put_update(world, before, changes, call.cause)


def attach(world: World, call: Call) -> JsonObject:
    """POST /v1/payment_methods/{id}/attach. A card that declines cannot be attached."""
    call.params.only("customer")
    customer = customers.named(world, call.params)
    if customer is None:
        raise errors.missing("customer")
    method = of_name(world, call.ids["id"])
    card = issuer.card_of(world, method)
    if card.decline and not card.saves:
        raise errors.card_error(card.decline.error())
    return give(world, method, customer["id"], call.cause)


def detach(world: World, call: Call, method: JsonObject) -> JsonObject:
    """POST /v1/payment_methods/{id}/detach"""
    call.params.only()
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise errors.conflict(message, "payment_method_unexpected_state")
    return take_away(world, method, call.cause)


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/payment_methods, and GET /v1/customers/{customer}/payment_methods"""
    call.params.only("customer", "type", "allow_redisplay", *lists.PAGE_PARAMETERS)
    customer_id = call.ids.get("customer") or call.params.text("customer")
    if customer_id is None:
        return lists.page(world, KIND, call.params, call.path, lists.having(call.params, "type", "allow_redisplay"))
    customers.must_exist(world, customer_id)
    owned = reversed(world.store.find(KIND, "customer", customer_id))
    return lists.page_of(filter(lists.having(call.params, "type", "allow_redisplay"), owned), call.params, call.path)


def named(world: World, params: Params, field: str = "payment_method") -> JsonObject | None:
    """The payment method that a parameter names: a stored one, or a fresh one for a `pm_card_...` test name."""
    name = params.text(field)
    return of_name(world, name, params.name(field)) if name else None


def of_name(world: World, name: str, param: str = "payment_method") -> JsonObject:
    """The same by its name. Raises when it names nothing."""
    stored = world.store.get(KIND, name)
    if stored is not None:
        return stored
    card = cards.by_payment_method(name)
    if card is None:
        raise errors.no_such("PaymentMethod", name, param)
    return add(world, card)


def must_be_usable(world: World, method: JsonObject | None, customer_id: str | None) -> None:
    """A card that was detached is of no use to anybody, and a saved one only to its customer. Raises otherwise."""
    if method and issuer.is_spent(world, method):
        raise errors.invalid(REUSED)
    if method and method["customer"] is not None and method["customer"] != customer_id:
        message = f"The PaymentMethod {method['id']} does not belong to the Customer you supplied {customer_id}. "
        message += "Please use this PaymentMethod with the Customer that it belongs to instead."
        raise errors.invalid(message, param="payment_method")


def add(world: World, card: Card, billing: JsonObject | None = None, expires: str = "") -> JsonObject:
    """A new payment method for a test card, which expires in three years' time unless `expires` tells, as `4 / 31`."""
    chosen = card_form.dated(card, expires, world.clock.now())
    return _stored(world, chosen, billing or payment_method_shape.blank_billing())


def give(world: World, method: JsonObject, customer_id: str, cause: Cause) -> JsonObject:
    """Save it with a customer, with its event; nothing happens when it is already. Raises when it has been spent."""
    if method["customer"] == customer_id:
        return method
    if method["customer"] is not None:
        raise errors.conflict(ELSEWHERE, "payment_method_unexpected_state")
    if issuer.is_spent(world, method):
        raise errors.conflict(SPENT, "payment_method_unexpected_state")
    after = world.store.put(KIND, {**method, "customer": customer_id})
    events.emit(world, "payment_method.attached", after, cause)
    return after


def take_away(world: World, method: JsonObject, cause: Cause) -> JsonObject:
    """Detach it from its customer, with its event. It can never be used again."""
    owner = method["customer"]
    issuer.spend(world, method)
    after = world.store.put(KIND, {**method, "customer": None})
    events.emit(world, "payment_method.detached", after, cause, {"customer": owner})
    customers.forget_method(world, owner, method["id"], cause)
    return after


def _stored(
    world: World, chosen: card_form.ChosenCard, billing: JsonObject, wishes: JsonObject | None = None
) -> JsonObject:
    shape = payment_method_shape.of_card(chosen, billing, world.clock.now())
    issuer.know(world, shape["id"], chosen.card)
    return world.store.put(KIND, {**shape, **(wishes or {})})
