"""The price object, and how parameters become one."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import amounts, errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.params import Params
from sandbox.stripe.events import events
from sandbox.world import World

KIND = "price"
INTERVALS = ("day", "week", "month", "year")
# https://docs.stripe.com/api/prices/create#create_price-recurring-interval_count: three years at most
INTERVAL_COUNT_MAX = {"day": 1095, "week": 156, "month": 36, "year": 3}
TAX_BEHAVIORS = ("exclusive", "inclusive", "unspecified")
AMOUNT_FIELDS = ("currency", "recurring", "tax_behavior", "unit_amount")


def asked_for(params: Params, now: int) -> JsonObject:
    """A price of these amount fields, not stored and without a product. Fields beside them are not looked at."""
    unit_amount, currency = params.required_integer("unit_amount"), amounts.currency(params, "currency")
    amounts.must_be_whole(unit_amount, currency, params.name("unit_amount"))
    recurring = _recurring(params.group("recurring")) if params.given("recurring") else None
    return blank(
        KIND,
        id=new_id("price"),
        created=now,
        currency=currency,
        recurring=recurring,
        tax_behavior=params.choice("tax_behavior", TAX_BEHAVIORS, "unspecified"),
        type="recurring" if recurring else "one_time",
        unit_amount=unit_amount,
        unit_amount_decimal=str(unit_amount),
    )


def add(world: World, cause: Cause, price: JsonObject) -> JsonObject:
    """Store a new price, with its event."""
    world.store.put(KIND, price)
    events.emit(world, "price.created", price, cause)
    return price


def named(world: World, params: Params, field: str = "price") -> JsonObject:
    """The price that a parameter names. Raises when it is missing or names nothing."""
    price_id = params.required_text(field)
    price = world.store.get(KIND, price_id)
    if price is None:
        raise errors.no_such(KIND, price_id, params.name(field))
    return price


def _recurring(params: Params) -> JsonObject:
    params.only("interval", "interval_count", "usage_type")
    params.choice("usage_type", ("licensed",))
    interval = params.choice("interval", INTERVALS)
    if interval is None:
        raise errors.missing(params.name("interval"))
    count = params.integer("interval_count", 1, least=1) or 1
    if count > INTERVAL_COUNT_MAX[interval]:
        raise errors.invalid("The maximum interval is three years.", param=params.name("interval_count"))
    return {
        "interval": interval,
        "interval_count": count,
        "meter": None,
        "usage_type": "licensed",
    }
