"""The `items` parameter of subscriptions: which prices, how many of each."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.stripe.catalog import price_shape
from sandbox.stripe.catalog.prices import product_of
from sandbox.stripe.subscriptions.shape import in_period, item, items_of, period_of
from sandbox.world import World

# https://docs.stripe.com/api/subscriptions/create#create_subscription-items
ITEMS_MAX = 20
NEW = ("metadata", "price", "price_data", "quantity")
QUANTITY_MAX = 1_000_000

# a price, how many of it, and the metadata of the item
Wanted = tuple[JsonObject, int, dict[str, str]]


def asked_for(world: World, params: Params, cause: Cause) -> list[Wanted]:
    """The items of a new subscription. Raises unless all of them can be billed together."""
    groups = params.groups("items")
    if not groups:
        raise errors.missing(params.name("items"))
    for each in groups:
        each.only(*NEW)
    wanted = [(_price(world, each, cause), _quantity(each, 1), each.metadata()) for each in groups]
    must_fit_together([price for price, _, _ in wanted])
    return wanted


def changed(world: World, params: Params, subscription: JsonObject, now: int, cause: Cause) -> list[JsonObject] | None:
    """The items after an update: named ones are changed or deleted, others are added, the rest stays as it is.

    None when nothing was said about items.
    """
    if not params.given("items"):
        return None
    kept = {each["id"]: each for each in items_of(subscription)}
    for each in params.groups("items"):
        each.only(*NEW, "id", "deleted")
        after = _changed_one(world, each, kept, subscription, now, cause)
        kept[after["id"]] = after
        if each.flag("deleted"):
            del kept[after["id"]]
    must_fit_together([each["price"] for each in kept.values()])
    return list(kept.values())


def recurring_price(world: World, params: Params, field: str = "price") -> JsonObject:
    """An active price with an interval. Raises for any other."""
    price = price_shape.named(world, params, field)
    if not price["active"]:
        message = "The price specified is inactive. This field only accepts active prices."
        raise errors.invalid(message, param=params.name(field))
    if price["type"] != "recurring":
        message = (
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`."
        )
        raise errors.invalid(message, param=params.name(field))
    return price


def _changed_one(
    world: World, params: Params, kept: dict[str, JsonObject], subscription: JsonObject, now: int, cause: Cause
) -> JsonObject:
    item_id = params.text("id")
    if item_id is None:
        new = item(subscription["id"], _price(world, params, cause), _quantity(params, 1), params.metadata(), now)
        return in_period([new], period_of(subscription))[0]
    if item_id not in kept:
        raise errors.no_such("subscription_item", item_id, params.name("id"))
    before = kept[item_id]
    other = params.given("price") or params.given("price_data")
    price = _price(world, params, cause) if other else before["price"]
    metadata = merged_metadata(before["metadata"], params)
    return {**before, "price": price, "quantity": _quantity(params, before["quantity"]), "metadata": metadata}


def _price(world: World, params: Params, cause: Cause) -> JsonObject:
    if not params.given("price_data"):
        return recurring_price(world, params)
    return inline_price(world, params.group("price_data"), cause)


def inline_price(world: World, data: Params, cause: Cause) -> JsonObject:
    """A recurring price made up on the spot; as Stripe's it cannot be used a second time."""
    data.only("currency", "product", "product_data", "recurring", "tax_behavior", "unit_amount")
    if not data.given("recurring"):
        raise errors.missing(data.name("recurring"))
    price = price_shape.asked_for(data, world.clock.now())
    product_id = product_of(world, data, cause)
    return price_shape.add(world, cause, {**price, "active": False, "product": product_id})


def _quantity(params: Params, default: int) -> int:
    quantity = params.integer("quantity")
    if quantity is not None and quantity > QUANTITY_MAX:
        raise errors.invalid(f"This value must be at most {QUANTITY_MAX}.", param=params.name("quantity"))
    return default if quantity is None else quantity


def must_fit_together(prices: list[JsonObject]) -> None:
    """Raise unless these prices can be billed on one subscription."""
    if not prices:
        raise errors.invalid("A subscription must have at least one active item.", param="items")
    if len(prices) > ITEMS_MAX:
        raise errors.invalid(f"A subscription may have at most {ITEMS_MAX} items.", param="items")
    rhythms = {(price["recurring"]["interval"], price["recurring"]["interval_count"]) for price in prices}
    if len(rhythms) > 1:
        # Stripe's flexible billing mode could; here all items share one period
        raise errors.invalid("All prices on a subscription must have the same billing interval here.", param="items")
    if len({price["currency"] for price in prices}) > 1:
        raise errors.invalid("All prices on a subscription must have the same currency.", param="items")
