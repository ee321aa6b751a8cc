"""Our prices and coupons at Stripe, made when they are missing.

https://docs.stripe.com/products-prices/manage-prices#lookup-keys, https://docs.stripe.com/api/coupons
"""

from typing import Any

import stripe

from billing.errors import Rejected
from gateways.stripe.calls import Calls, segment
from gateways.stripe.catalog_shapes import (
    coupon_name,
    coupon_parameters,
    is_same_coupon,
    is_same_price,
    lookup_key,
    price_parameters,
)
from gateways.stripe.shapes import Json, reference
from schemas.facts.terms import CouponRequest, PriceRequest

PRICES = "/v1/prices"
COUPONS = "/v1/coupons"


class Catalog(Calls):
    """Makes sure of prices and coupons. What was made sure of once is not asked for again by this process."""

    def __init__(self, client: stripe.StripeClient, page_limit: int, search_limit: int) -> None:
        super().__init__(client, page_limit, search_limit)
        self._ensured: dict[PriceRequest | CouponRequest, str] = {}  # as many as the catalog has

    def ensure_price(self, request: PriceRequest) -> str:
        """The price with our lookup key; see RunsSubscriptions.

        Raises Rejected `gateway_price_differs` if a price with that key asks for something else.
        """
        if request not in self._ensured:
            price = self._found_price(request) or self._made_price(request)
            if not is_same_price(price, request):
                raise Rejected("gateway_price_differs", f"Stripe's price {price['id']} is not {request}.", 409)
            self._ensured[request] = reference(price)
        return self._ensured[request]

    def ensure_coupon(self, request: CouponRequest) -> str:
        """The coupon with our id; see RunsSubscriptions.

        Raises Rejected `gateway_coupon_differs` if a coupon with that id takes off something else.
        """
        if request not in self._ensured:
            coupon = self._known(f"{COUPONS}/{segment(coupon_name(request))}") or self._made_coupon(request)
            if not is_same_coupon(coupon, request):
                raise Rejected("gateway_coupon_differs", f"Stripe's coupon {coupon['id']} is not {request}.", 409)
            self._ensured[request] = reference(coupon)
        return self._ensured[request]

    def _found_price(self, request: PriceRequest) -> Json | None:
        found = self._call("get", PRICES, {"lookup_keys": [lookup_key(request)], "limit": 1})["data"]
        return found[0] if found else None

    def _made_price(self, request: PriceRequest) -> Any:
        return self._post(PRICES, price_parameters(request), f"price/{request.price_id}")

    def _made_coupon(self, request: CouponRequest) -> Any:
        return self._post(COUPONS, coupon_parameters(request), f"coupon/{coupon_name(request)}")
