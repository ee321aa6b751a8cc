"""Our prices and coupons in Stripe's words. Pure."""

from decimal import Decimal
from typing import Any

from gateways.stripe.amounts import to_stripe
from gateways.stripe.answers import reader
from gateways.stripe.shapes import PRICE_MARK, Json, inside
from schemas.facts.terms import CouponRequest, PriceRequest

PREFIX = "cashbeat_"  # the account may hold prices and coupons of others
COUPON_NAME_LENGTH_MAX = 40  # https://docs.stripe.com/api/coupons/create, name
PPM_PER_PERCENT = 10_000
MONTHS = {"month": 1, "year": 12}


def lookup_key(request: PriceRequest) -> str:
    """The key under which our price is found again."""
    return f"{PREFIX}{request.price_id}"


def price_parameters(request: PriceRequest) -> dict[str, Any]:
    """A price together with a product of its own: one call, so that neither can be left without the other."""
    mark = {PRICE_MARK: request.price_id}
    return {
        "currency": request.currency.lower(),
        "unit_amount": to_stripe(request.amount_minor, request.currency),
        "recurring": {"interval": request.interval},
        "lookup_key": lookup_key(request),
        "metadata": mark,
        "product_data": {"name": request.product, "metadata": mark},
    }


@reader
def is_same_price(price: Json, request: PriceRequest) -> bool:
    """Whether a customer pays the same by Stripe's price as by ours."""
    recurring = inside(price, "recurring")
    return (
        price["unit_amount"] == to_stripe(request.amount_minor, request.currency)
        and price["currency"] == request.currency.lower()
        and (recurring.get("interval"), recurring.get("interval_count")) == (request.interval, 1)
    )


def coupon_name(request: CouponRequest) -> str:
    """The id of the coupon at Stripe. Three years off and three months off are two coupons there."""
    is_counted_in_years = request.periods > 1 and request.interval == "year"
    return f"{PREFIX}{request.coupon_id}{'_year' if is_counted_in_years else ''}"


def coupon_parameters(request: CouponRequest) -> dict[str, Any]:
    """A coupon under our id. Stripe counts a lasting one in months, whatever the interval of the subscription."""
    parameters: dict[str, Any] = {"id": coupon_name(request), "name": request.name[:COUPON_NAME_LENGTH_MAX]}
    duration, months = _lasting(request)
    parameters["duration"] = duration
    if months:
        parameters["duration_in_months"] = months
    if request.percent_ppm:
        parameters["percent_off"] = f"{_percent(request).normalize():f}"
    else:
        parameters |= {"amount_off": _amount_off(request), "currency": request.currency.lower()}
    return parameters


@reader
def is_same_coupon(coupon: Json, request: CouponRequest) -> bool:
    """Whether Stripe's coupon takes off the same as ours, for as long."""
    if (coupon["duration"], coupon.get("duration_in_months")) != _lasting(request):
        return False
    if request.percent_ppm:
        return Decimal(str(coupon.get("percent_off") or 0)) == _percent(request)
    return (coupon.get("amount_off"), coupon.get("currency")) == (_amount_off(request), request.currency.lower())


def _amount_off(request: CouponRequest) -> int:
    return to_stripe(request.amount_minor, request.currency)


def _percent(request: CouponRequest) -> Decimal:
    return Decimal(request.percent_ppm) / PPM_PER_PERCENT


def _lasting(request: CouponRequest) -> tuple[str, int | None]:
    """Duration, and months when it is neither for ever nor for one invoice."""
    if request.periods == 0:
        return "forever", None
    return ("once", None) if request.periods == 1 else ("repeating", request.periods * MONTHS[request.interval])
