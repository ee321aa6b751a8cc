"""What is on offer."""

from datetime import datetime

from schemas.views.base import View


class PackageView(View):
    """A credit package on offer. `price_minor` is what is charged, `list_price_minor` the price before the discount."""

    slug: str
    name: str
    credits: int
    price_minor: int
    list_price_minor: int
    discount_ppm: int
    currency: str
    featured: bool


class PlanPriceView(View):
    """A plan's price per interval."""

    currency: str
    interval: str
    price_minor: int


class PlanView(View):
    """A plan on offer. A limit of null is none."""

    slug: str
    name: str
    version: int
    featured: bool
    credits_per_month: int
    credits_roll_over: bool
    sites_max: int | None
    users_max: int | None
    trial_days: int
    prices: list[PlanPriceView]


class ServiceView(View):
    """A service on offer, priced once or per month."""

    slug: str
    name: str
    interval: str
    currency: str
    price_minor: int


class DiscountedPlanView(View):
    """A period of a plan with a coupon, before tax."""

    plan: str
    interval: str
    currency: str
    price_minor: int
    discount_minor: int
    discounted_minor: int


class CouponView(View):
    """A coupon that can be redeemed now: a share in parts per million, or an amount of `currency`.

    `periods` is for how many billing periods it counts, 0 for ever. `expires_at` ends its redemption, not its effect.
    """

    code: str
    name: str
    percent_ppm: int
    amount_minor: int
    currency: str | None
    periods: int
    expires_at: datetime | None
    plan: DiscountedPlanView | None
