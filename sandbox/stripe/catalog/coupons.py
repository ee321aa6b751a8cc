"""Coupons (https://docs.stripe.com/api/coupons)."""

from decimal import Decimal, InvalidOperation

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import amounts, errors
from sandbox.stripe.api.call import Call
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.world import World

KIND = "coupon"
ID_LENGTH = 8
DURATIONS = ("forever", "once", "repeating")
CREATABLE = (
    "amount_off",
    "currency",
    "duration",
    "duration_in_months",
    "id",
    "max_redemptions",
    "metadata",
    "name",
    "percent_off",
    "redeem_by",
)


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/coupons"""
    params = call.params
    params.only(*CREATABLE)
    coupon_id = params.text("id")
    if coupon_id and _standing(world, coupon_id):
        raise errors.invalid("Coupon already exists.", code="resource_already_exists", param="id")
    duration = params.choice("duration", DURATIONS, "once")
    coupon = {
        "id": coupon_id or new_id("", ID_LENGTH)[1:],
        "object": KIND,
        **_off(params),
        "created": world.clock.now(),
        "duration": duration,
        "duration_in_months": _months(params, duration),
        "livemode": False,
        "max_redemptions": params.integer("max_redemptions", least=1),
        "metadata": params.metadata(),
        "name": params.text("name", 40),
        "redeem_by": params.integer("redeem_by", least=1),
        "times_redeemed": 0,
        "valid": True,
    }
    return world.store.put(KIND, coupon)


def update(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/coupons/{coupon}: its name and metadata"""
    call.params.only("metadata", "name")
    changes: JsonObject = {"metadata": merged_metadata(before["metadata"], call.params)}
    if call.params.given("name"):
        changes["name"] = call.params.text("name", 40)
    return world.store.put(KIND, {**before, **changes})


def delete(world: World, call: Call, coupon: JsonObject) -> JsonObject:
    """DELETE /v1/coupons/{coupon}: nobody can redeem it any more; discounts that were given stay"""
    world.store.put(KIND, {**coupon, "deleted": True})
    return {"id": coupon["id"], "object": KIND, "deleted": True}


def as_of_now(world: World, coupon: JsonObject) -> JsonObject:
    """Whether it is valid depends on the time."""
    return {**coupon, "valid": _valid(coupon, world.clock.now())}


def redeemable(world: World, params: Params, field: str, now: int) -> JsonObject:
    """The coupon that a parameter names. Raises when there is none or it is not to be had at that moment."""
    coupon_id = params.required_text(field)
    coupon = _standing(world, coupon_id)
    if coupon is None:
        raise errors.no_such(KIND, coupon_id, params.name(field))
    if not _valid(coupon, now):
        raise errors.invalid(f"Coupon expired: {coupon_id}", code="coupon_expired", param=params.name(field))
    return coupon


def count_redemption(world: World, coupon_id: str) -> None:
    """Somebody has made use of it."""
    coupon = of_id(world, coupon_id)
    world.store.put(KIND, {**coupon, "times_redeemed": coupon["times_redeemed"] + 1})


def of_id(world: World, coupon_id: str) -> JsonObject:
    """The coupon behind a discount, be it deleted since."""
    coupon = world.store.get(KIND, coupon_id)
    if coupon is None:
        raise LookupError(f"{coupon_id} was never created")
    return {name: coupon[name] for name in coupon if name != "deleted"}


def _off(params: Params) -> JsonObject:
    percent, amount = _percent(params), params.integer("amount_off", least=1)
    if (percent is None) == (amount is None):
        raise errors.invalid("You must set either `percent_off` or `amount_off`.", param="percent_off")
    currency = None
    if amount is not None:
        currency = amounts.currency(params, "currency")
        amounts.must_be_whole(amount, currency, "amount_off")
    return {"amount_off": amount, "currency": currency, "percent_off": percent}


def _percent(params: Params) -> float | None:
    value = params.text("percent_off", 10)
    if value is None:
        return None
    try:
        percent = Decimal(value)
    except InvalidOperation as problem:
        raise errors.invalid(f"Invalid decimal: {value}", param="percent_off") from problem
    if not (percent.is_finite() and 0 < percent <= 100):
        raise errors.invalid("This value must be greater than 0 and at most 100.", param="percent_off")
    return float(percent)


def _months(params: Params, duration: str | None) -> int | None:
    months = params.integer("duration_in_months", least=1)
    if (months is not None) != (duration == "repeating"):
        message = "`duration_in_months` belongs to `duration=repeating`."
        raise errors.invalid(message, param="duration_in_months")
    return months


def _valid(coupon: JsonObject, now: int) -> bool:
    left = coupon["max_redemptions"] is None or coupon["times_redeemed"] < coupon["max_redemptions"]
    return bool(left and (coupon["redeem_by"] is None or now < coupon["redeem_by"]))


def _standing(world: World, coupon_id: str) -> JsonObject | None:
    coupon = world.store.get(KIND, coupon_id)
    return None if coupon is None or coupon.get("deleted") else coupon
