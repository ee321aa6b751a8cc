"""Products: what is sold (https://docs.stripe.com/api/products)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.stripe.api.previous import put_update
from sandbox.stripe.catalog import price_shape
from sandbox.stripe.events import events
from sandbox.world import World

KIND = "product"
TEXTS = ("description", "name", "unit_label", "url")
WRITABLE = (*TEXTS, "active", "images", "metadata")
CREATABLE = (*WRITABLE, "id", "default_price_data")
ID_LENGTH = 14


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/products, with `default_price_data` also the price of it"""
    params = call.params
    params.only(*CREATABLE)
    product_id = params.text("id")
    if product_id and world.store.get(KIND, product_id):
        message = f"Product already exists: {product_id}"
        raise errors.invalid(message, code="resource_already_exists", param="id")
    params.required_text("name")
    wishes = _wishes(params, {"active": True, "images": [], "metadata": {}})
    if not params.given("default_price_data"):
        return add(world, call.cause, wishes, product_id)
    # read before anything is stored, so that a price that is refused leaves no product behind
    price = price_shape.asked_for(params.group("default_price_data"), world.clock.now())
    product = add(world, call.cause, wishes, product_id)
    price = price_shape.add(world, call.cause, {**price, "product": product["id"]})
    return world.store.put(KIND, {**product, "default_price": price["id"]})


def update(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/products/{id}"""
    call.params.only(*WRITABLE, "default_price")
    changes = _wishes(call.params, before)
    if call.params.given("default_price"):
        changes["default_price"] = price_shape.named(world, call.params, "default_price")["id"]
    return put_update(world, before, {**changes, "updated": world.clock.now()}, call.cause)


def add(world: World, cause: Cause, wishes: JsonObject, product_id: str | None = None) -> JsonObject:
    """A new product, with its event."""
    now = world.clock.now()
    empty = blank(KIND, id=product_id or new_id("prod", ID_LENGTH), created=now, updated=now)
    product = world.store.put(KIND, {**empty, **wishes})
    events.emit(world, "product.created", product, cause)
    return product


def named(world: World, params: Params, field: str = "product") -> str:
    """The id of the product that a parameter names. Raises when it names nothing."""
    product_id = params.required_text(field)
    if world.store.get(KIND, product_id) is None:
        raise errors.no_such(KIND, product_id, params.name(field))
    return product_id


def _wishes(params: Params, before: JsonObject) -> JsonObject:
    wishes: JsonObject = {name: params.text(name) for name in TEXTS if params.given(name)}
    wishes["active"] = params.flag("active", default=before["active"])
    wishes["images"] = params.texts("images") if params.given("images") else before["images"]
    wishes["metadata"] = merged_metadata(before["metadata"], params)
    return wishes
