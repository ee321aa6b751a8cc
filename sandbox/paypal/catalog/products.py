"""Products (https://developer.paypal.com/docs/api/catalog-products/v1/)."""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, links, moments, query
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.catalog.listing import page_of
from sandbox.world import World

KIND = "paypal.product"
PATH = "/v1/catalogs/products"
TYPES = ("PHYSICAL", "DIGITAL", "SERVICE")
OWN_PREFIX = "PROD-"
TEXTS = {"description": 256, "category": 256, "image_url": 2_000, "home_url": 2_000}


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/catalogs/products, under an id of the shop's or a new one."""
    call.fields.only("id", "name", "type", *TEXTS)
    now, texts = world.clock.now(), {name: call.fields.text(name, most) for name, most in TEXTS.items()}
    product = {
        "id": _id(world, call.fields),
        "name": call.fields.required_text("name"),
        "type": call.fields.choice("type", TYPES, TYPES[0]),
        **{name: text for name, text in texts.items() if text is not None},
        "created": now,
        "updated": now,
    }
    return world.store.put(KIND, product)


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v1/catalogs/products/{product_id}"""
    product = world.store.get(KIND, call.ids["product_id"])
    if product is None:
        raise errors.not_found(call.ids["product_id"], "product_id")
    return product


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/catalogs/products"""
    query.only(call, "page_size", "page", "total_required")
    return page_of(world, call, "products", [listed(world, each) for each in world.store.oldest_first(KIND)])


def shown(world: World, product: JsonObject) -> JsonObject:
    """As the API answers it."""
    kept = {name: value for name, value in product.items() if name not in ("created", "updated")}
    times = {"create_time": moments.shown(product["created"]), "update_time": moments.shown(product["updated"])}
    return {**kept, **times, "links": [links.link(world, f"{PATH}/{product['id']}", "self")]}


def listed(world: World, product: JsonObject) -> JsonObject:
    """As a list tells it."""
    told = shown(world, product)
    return {name: told[name] for name in ("id", "name", "description", "create_time", "links") if name in told}


def _id(world: World, fields: Fields) -> str:
    given = fields.text("id", 50, "[A-Za-z0-9-]{6,50}")
    if given is None:
        return OWN_PREFIX + new_code()
    if given.startswith(OWN_PREFIX):
        wrong = "Input identifier must not use system prefix(PROD-)."
        raise errors.invalid("INVALID_PARAMETER_SYNTAX", fields.pointer("id"), wrong, given)
    if world.store.get(KIND, given):
        raise errors.impossible("DUPLICATE_RESOURCE_IDENTIFIER", "Identifier must be unique.", fields.pointer("id"))
    return given
