"""Prices: how much a product costs, once or every so often (https://docs.stripe.com/api/prices)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors, lists
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.stripe.catalog import price_shape, products
from sandbox.stripe.catalog.price_shape import AMOUNT_FIELDS, INTERVALS, KIND
from sandbox.stripe.events import events
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


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v1/prices/{price}"""
    return _of_path(world, call)


def update(world: World, call: Call) -> JsonObject:
    """POST /v1/prices/{price}: never the amount, which subscriptions rely on"""
    before = _of_path(world, call)
    call.params.only(*WRITABLE)
    changes = _wishes(world, call.params, before)
    after = world.store.put(KIND, {**before, **changes})
    previous = {name: before[name] for name in changes if before[name] != after[name]}
    events.emit(world, "price.updated", after, call.cause, previous)
    return after


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/prices"""
    call.params.only(
        "active", "created", "currency", "lookup_keys", "product", "recurring", "type", *lists.PAGE_PARAMETERS
    )
    created, active = lists.created_within(call.params), price_shape.active_or_not(call.params)
    chosen, keys = lists.having(call.params, "currency", "product", "type"), call.params.texts("lookup_keys")
    interval = call.params.group("recurring").choice("interval", INTERVALS)

    def wanted(price: JsonObject) -> bool:
        return (
            created(price)
            and active(price)
            and chosen(price)
            and (not keys or price["lookup_key"] in keys)
            and (interval is None or (price["recurring"] or {}).get("interval") == interval)
        )

    return lists.page(world, KIND, call.params, call.path, wanted)


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


def _of_path(world: World, call: Call) -> JsonObject:
    price = world.store.get(KIND, call.ids["price"])
    if price is None:
        raise errors.not_found(KIND, call.ids["price"])
    return price
