"""Prices: how much a product costs, once or every so often (https://docs.stripe.com/api/prices)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.api.lists import Test
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.stripe.api.previous import put_update
from sandbox.stripe.catalog import price_shape, products
from sandbox.stripe.catalog.price_shape import AMOUNT_FIELDS, INTERVALS, KIND
from sandbox.world import World

WRITABLE = ("active", "lookup_key", "metadata", "nickname", "tax_behavior", "transfer_lookup_key")
CREATABLE = (*WRITABLE, *AMOUNT_FIELDS, "billing_scheme", "product", "product_data")


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/prices"""
    params = call.params
    params.only(*CREATABLE)
    params.choice("billing_scheme", ("per_unit",))
    price = price_shape.asked_for(params, world.clock.now()) | _wishes(world, params, {"active": True, "metadata": {}})
    product_id = product_of(world, params, call.cause)
    return price_shape.add(world, call.cause, {**price, "product": product_id})


def update(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/prices/{id}: never the amount, which subscriptions rely on"""
    call.params.only(*WRITABLE)
    return put_update(world, before, _wishes(world, call.params, before), call.cause)


def by_interval(params: Params) -> Test:
    """The `recurring` filter of the list."""
    interval = params.group("recurring").choice("interval", INTERVALS)
    return lambda price: interval is None or (price["recurring"] or {}).get("interval") == interval


def product_of(world: World, params: Params, cause: Cause) -> str:
    """The id of the product that a price is for: one that exists, or a new one from `product_data`."""
    if params.given("product_data") == params.given("product"):
        raise errors.invalid("Give either `product` or `product_data`.", param=params.name("product"))
    if params.given("product_data"):
        data = params.group("product_data")
        data.only("name", "metadata", "unit_label")
        wishes = {
            "name": data.required_text("name"),
            "metadata": data.metadata(),
            "unit_label": data.text("unit_label"),
        }
        return str(products.add(world, cause, wishes)["id"])
    return products.named(world, params)


def _wishes(world: World, params: Params, before: JsonObject) -> JsonObject:
    wishes: JsonObject = {
        "active": params.flag("active", default=before["active"]),
        "metadata": merged_metadata(before["metadata"], params),
    }
    if params.given("nickname"):
        wishes["nickname"] = params.text("nickname")
    if params.given("lookup_key"):
        wishes["lookup_key"] = _lookup_key(world, params, before.get("id"))
    return wishes


def _lookup_key(world: World, params: Params, owner: str | None) -> str | None:
    """Unique among prices; `transfer_lookup_key` takes it away from the one that has it."""
    key = params.text("lookup_key", 200)
    holders = world.store.find(KIND, "lookup_key", key) if key else []
    for holder in holders:
        if holder["id"] == owner:
            continue
        if not params.flag("transfer_lookup_key"):
            message = f"A price (`{holder['id']}`) already uses that lookup key."
            raise errors.invalid(message, param="lookup_key")
        world.store.put(KIND, {**holder, "lookup_key": None})
    return key
