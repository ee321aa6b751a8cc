"""The line items of a session that is paid once: stored prices, or prices made up on the spot."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.params import Params
from sandbox.stripe.catalog import price_shape
from sandbox.world import World

LINE_ITEMS_MAX = 100


def asked_for(world: World, params: Params) -> tuple[list[JsonObject], str]:
    """The line items of a session that is paid once, and their one currency."""
    wanted = params.groups("line_items")
    if not wanted:
        raise errors.missing("line_items")
    if len(wanted) > LINE_ITEMS_MAX:
        raise errors.invalid(f"You may have at most {LINE_ITEMS_MAX} line items.", param="line_items")
    items = [_line_item(world, item) for item in wanted]
    currencies = {item["currency"] for item in items}
    if len(currencies) > 1:
        raise errors.invalid("All line items must have the same currency.", param="line_items")
    return items, currencies.pop()


def _line_item(world: World, params: Params) -> JsonObject:
    params.only("price", "price_data", "quantity")
    price, name = _stored_price(world, params) if params.given("price") else _own_price(world, params)
    quantity = params.required_integer("quantity", least=1)
    total = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": name,
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }


def _stored_price(world: World, params: Params) -> tuple[JsonObject, str]:
    price = price_shape.named(world, params)
    if price["type"] != "one_time":
        message = "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or "
        raise errors.invalid(message + "use only one-time prices.", param="line_items")
    product = world.store.get("product", price["product"])
    return price, str(product["name"]) if product else ""


def _own_price(world: World, params: Params) -> tuple[JsonObject, str]:
    data = params.group("price_data")
    price = _price(data, world.clock.now())
    return price, data.group("product_data").required_text("name")


def _price(params: Params, now: int) -> JsonObject:
    """Made up for this page alone: nobody can buy at it again."""
    params.only("currency", "product_data", "unit_amount", "tax_behavior")
    params.group("product_data").only("name", "description", "images", "metadata", "tax_code")
    return {**price_shape.asked_for(params, now), "active": False, "product": new_id("prod", 14)}
