"""Payment methods: cards only (https://docs.stripe.com/api/payment_methods)."""

from datetime import UTC, datetime

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe import cards, customers, errors, lists
from sandbox.stripe.call import Call
from sandbox.stripe.cards import Card
from sandbox.stripe.params import Params
from sandbox.world import World

KIND = "payment_method"


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v1/payment_methods/{payment_method}"""
    return _of_path(world, call)


def attach(world: World, call: Call) -> JsonObject:
    """POST /v1/payment_methods/{payment_method}/attach"""
    method = of_name(world, call.ids["payment_method"])
    call.params.only("customer")
    customer = customers.named(world, call.params)
    if customer is None:
        raise errors.missing("customer")
    return world.store.put(KIND, {**method, "customer": customer["id"]})


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/payment_methods"""
    call.params.only("customer", "type", *lists.PAGE_PARAMETERS)
    return lists.page(world, KIND, call.params, call.path, lists.having(call.params, "customer", "type"))


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


def add(world: World, card: Card, billing: JsonObject | None = None) -> JsonObject:
    """A new payment method for a test card. Which card it is stays between us and the journal."""
    now = world.clock.now()
    method_id = new_id("pm")
    world.store.put("card_number", {"id": method_id, "number": card.number})
    return world.store.put(KIND, _shape(method_id, card, now, billing or blank_billing()))


def card_of(world: World, method: JsonObject) -> Card:
    """The test card behind a payment method."""
    secret = world.store.get("card_number", method["id"])
    if secret is None:
        raise LookupError(f"{method['id']} was never added")
    return cards.CARDS[secret["number"]]


def blank_billing() -> JsonObject:
    """Billing details that nobody filled in."""
    address = dict.fromkeys(customers.ADDRESS_FIELDS)
    return {"address": address, "email": None, "name": None, "phone": None, "tax_id": None}


def _of_path(world: World, call: Call) -> JsonObject:
    method = world.store.get(KIND, call.ids["payment_method"])
    if method is None:
        raise errors.not_found("PaymentMethod", call.ids["payment_method"])
    return method


def _shape(method_id: str, card: Card, now: int, billing: JsonObject) -> JsonObject:
    year = datetime.fromtimestamp(now, UTC).year
    extra = {
        "display_brand": card.brand,
        "generated_from": None,
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
    }
    return {
        "id": method_id,
        "object": KIND,
        "allow_redisplay": "unspecified",
        "billing_details": billing,
        "card": {**cards.details(card, year), **extra},
        "created": now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
