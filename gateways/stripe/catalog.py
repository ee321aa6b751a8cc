"""Our prices and coupons at Stripe, made when they are missing.

https://docs.stripe.com/products-prices/manage-prices#lookup-keys, https://docs.stripe.com/api/coupons
"""

from decimal import Decimal
from typing import Any

from billing.errors import Rejected
from gateways.stripe.calls import Calls, segment
from gateways.stripe.shapes import PRICE_MARK, Json, inside
from schemas.facts import CouponRequest, PriceRequest

PRICES = "/v1/prices"
COUPONS = "/v1/coupons"
NAME_PREFIX = "cashbeat_"  # an account may hold prices and coupons of others
COUPON_NAME_LENGTH_MAX = 40  # https://docs.stripe.com/api/coupons/create, name
PPM_PER_PERCENT = 10_000
MONTHS = {"month": 1, "year": 12}


class Catalog(Calls):
    """Makes sure of prices and coupons. What was made sure of once is not asked for again by this process."""

    _price_refs: dict[str, str]
    _coupon_refs: dict[str, str]

    def ensure_price(self, request: PriceRequest) -> str:
        """The price with our lookup key; see SubscriptionGateway.

        Raises Rejected `gateway_price_differs` if that price asks for another amount than ours.
        """
        if request.price_id not in self._price_refs:
            self._price_refs[request.price_id] = self._found_price(request) or self._made_price(request)
        return self._price_refs[request.price_id]

    def ensure_coupon(self, request: CouponRequest) -> str:
        """The coupon with our id; see SubscriptionGateway.

        Raises Rejected `gateway_coupon_differs` if that coupon takes off something else than ours.
        """
        coupon_ref = _coupon_ref(request)
        if request.coupon_id not in self._coupon_refs:
            
"""
