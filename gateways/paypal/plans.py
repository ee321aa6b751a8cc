"""Our prices at PayPal, made when they are missing (https://developer.paypal.com/docs/api/subscriptions/v1/#plans)."""

from collections.abc import Iterator

from billing.errors import Rejected, Unavailable
from gateways.paypal.answers import reader
from gateways.paypal.calls import Calls, segment
from gateways.paypal.connection import Connection
from gateways.paypal.plan_shapes import (
    PRODUCT,
    PRODUCT_ID,
    Plan,
    is_same_plan,
    plan_of,
    plan_request,
    price_id_of,
)
from gateways.paypal.shapes import Json, items_of, text
from schemas.facts.terms import CouponRequest, PriceRequest, TaxRateRequest

PRODUCTS = "/v1/catalogs/products"
PLANS = "/v1/billing/plans"
PAGE_SIZE = 20  # the most that PayPal gives at once
PAGES_MAX = 500  # ten thousand prices


class Plans(Calls):
    """Makes sure of plans. What was made sure of once is not asked for again by this process."""

    def __init__(self, connection: Connection, merchant_id: str = "") -> None:
        super().__init__(connection, merchant_id)
        self._ensured: dict[PriceRequest, str] = {}  # as many as the catalog has

    def ensure_price(self, request: PriceRequest) -> str:
        """The plan that bears our id; see RunsSubscriptions.

        Raises Rejected `gateway_price_differs` if a plan with that id asks for something else.
        """
        if request not in self._ensured:
            plan = self._found_plan(request) or plan_of(self._made_plan(request))
            if not is_same_plan(plan, request):
                raise Rejected("gateway_price_differs", f"PayPal's plan {plan.price_ref} is not {request}.", 409)
            self._ensured[request] = plan.price_ref
        return self._ensured[request]

    def ensure_coupon(self, request: CouponRequest) -> str:
        """PayPal has trials, and no discounts: Rejected `gateway_cannot`; see RunsSubscriptions."""
        raise Rejected("gateway_cannot", "PayPal takes nothing off the subscriptions that it bills.", 409)

    def ensure_tax_rate(self, request: TaxRateRequest) -> str:
        """What PayPal bills for us bears no tax: Rejected `gateway_cannot`; see RunsSubscriptions.

        A subscription that we run is taxed, and its renewals are paid by a saved wallet just as well.
        """
        detail = f"PayPal bills no {request.name} for {request.country}: a subscription that we run is taxed."
        raise Rejected("gateway_cannot", detail, 409)

    def _plan(self, price_ref: str) -> Plan:
        """A plan of a subscription. Raises Unavailable when PayPal does not know it."""
        plan = self._known(f"{PLANS}/{segment(price_ref)}", price_ref)
        if plan is None:
            raise Unavailable(f"PayPal does not know the plan {price_ref} of a subscription")
        return plan_of(plan)

    def _found_plan(self, request: PriceRequest) -> Plan | None:
        listed = (plan for plan in self._listed_plans() if price_id_of(plan) == request.price_id)
        found = next(listed, None)
        return self._plan(found["id"]) if found else None

    def _made_plan(self, request: PriceRequest) -> Json:
        if self._known(f"{PRODUCTS}/{PRODUCT_ID}", PRODUCT_ID) is None:
            self._post(PRODUCTS, PRODUCT, f"product/{PRODUCT_ID}", PRODUCT_ID)
        return self._post(PLANS, plan_request(request), f"plan/{request.price_id}")

    def _listed_plans(self) -> Iterator[Json]:
        for number in range(1, PAGES_MAX + 1):
            query = {"product_id": PRODUCT_ID, "page_size": str(PAGE_SIZE), "page": str(number)}
            page = plans_in(self._list(PLANS, query))
            yield from page
            if len(page) < PAGE_SIZE:
                return
        raise Unavailable(f"PayPal has more than {PAGES_MAX} pages of plans")


@reader
def plans_in(listed: Json) -> list[Json]:
    """The plans of one page; PayPal leaves out a list without members."""
    return [plan for plan in items_of(listed, "plans") if text(plan, "id")]
