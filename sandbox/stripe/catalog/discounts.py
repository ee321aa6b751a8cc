"""Discounts: a coupon put to use on a subscription (https://docs.stripe.com/api/discounts)."""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.months import months_later
from sandbox.stripe.api import errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.params import Params
from sandbox.stripe.catalog import coupons
from sandbox.world import World

KIND = "discount"
DISCOUNTS_MAX = 20

# a discount's id and how much it takes off, in minor units
Taken = list[tuple[str, int]]


def asked_for(world: World, params: Params, field: str, currency: str, now: int) -> list[JsonObject]:
    """The coupons that `discounts[0][coupon]` and so on name; nothing is redeemed yet."""
    wanted = params.groups(field)
    if len(wanted) > DISCOUNTS_MAX:
        raise errors.invalid(f"You may have at most {DISCOUNTS_MAX} discounts.", param=params.name(field))
    named = []
    for each in wanted:
        each.only("coupon")
        coupon = coupons.redeemable(world, each, "coupon", now)
        if coupon["currency"] not in (None, currency):
            message = f"The coupon is in {coupon['currency']}, the prices are in {currency}."
            raise errors.invalid(message, param=each.name("coupon"))
        named.append(coupon)
    return named


def add(world: World, coupon: JsonObject, subscription: JsonObject, now: int) -> str:
    """Redeem the coupon for the subscription: the id of the discount."""
    coupons.count_redemption(world, coupon["id"])
    months = coupon["duration_in_months"]
    discount = blank(
        KIND,
        id=new_id("di"),
        customer=subscription["customer"],
        end=months_later(now, months) if months else None,
        source={"coupon": coupon["id"], "type": "coupon"},
        start=now,
        subscription=subscription["id"],
    )
    return str(world.store.put(KIND, discount)["id"])


def running(world: World, discount_ids: list[str], now: int) -> list[str]:
    """Those that have not ended by now."""
    return [each for each in discount_ids if (_of_id(world, each)["end"] or now + 1) > now]


def left_after(world: World, discount_ids: list[str], used: list[str]) -> list[str]:
    """Those that are left once an invoice has made use of some: the ones for once are gone then."""
    return [each for each in discount_ids if each not in used or _coupon(world, each)["duration"] != "once"]


def taken_off(world: World, discount_ids: list[str], amounts: list[int]) -> list[Taken]:
    """What each discount, one after the other, takes off each amount (minor units); never more than there is."""
    offs = off_by([_coupon(world, each) for each in discount_ids], amounts)
    return [list(zip(discount_ids, parts, strict=True)) for parts in offs]


def off_by(redeemed: list[JsonObject], amounts: list[int]) -> list[list[int]]:
    """For each amount, what each coupon takes off it."""
    taken: list[list[int]] = [[] for _ in amounts]
    left = list(amounts)
    for coupon in redeemed:
        for index, off in enumerate(_off_each(coupon, left)):
            left[index] -= off
            taken[index].append(off)
    return taken


def net_of(world: World, discount_ids: list[str], amount: int) -> int:
    """What is left of one amount."""
    return amount - sum(off for _, off in taken_off(world, discount_ids, [amount])[0])


def _off_each(coupon: JsonObject, amounts: list[int]) -> list[int]:
    if coupon["percent_off"] is not None:
        share = Decimal(str(coupon["percent_off"])) / 100
        return [int((amount * share).quantize(Decimal(1), ROUND_HALF_UP)) for amount in amounts]
    return _spread(min(coupon["amount_off"], sum(amounts)), amounts)


def _spread(off: int, amounts: list[int]) -> list[int]:
    """By size; the minor units that are left over go to the first ones that can bear them."""
    total = sum(amounts)
    if total == 0:
        return [0] * len(amounts)
    parts = [off * amount // total for amount in amounts]
    rest = off - sum(parts)
    for index, amount in enumerate(amounts):
        more = min(rest, amount - parts[index])
        parts[index] += more
        rest -= more
    return parts


def _coupon(world: World, discount_id: str) -> JsonObject:
    return coupons.of_id(world, _of_id(world, discount_id)["source"]["coupon"])


def _of_id(world: World, discount_id: str) -> JsonObject:
    discount = world.store.get(KIND, discount_id)
    if discount is None:
        raise LookupError(f"{discount_id} was never given")
    return discount
