"""What was ever on offer, and how it is taxed."""

from datetime import date, datetime
from uuid import UUID

from schemas.views.base import View
from schemas.views.catalog import PlanPriceView


class PlanVersionView(View):
    """What a version of a plan contains and costs; it is never edited. A limit of null is none."""

    version: int
    credits_per_month: int
    credits_roll_over: bool
    sites_max: int | None
    users_max: int | None
    trial_days: int
    created_at: datetime
    prices: list[PlanPriceView]


class ListedPlanView(View):
    """A plan with all its versions, the newest first: that one is sold, as long as the plan `is_offered`."""

    id: UUID
    slug: str
    name: str
    is_offered: bool
    versions: list[PlanVersionView]


class MigratedPlanView(View):
    """How many running subscriptions go to the newest version; with `dry_run`, would go."""

    plan_id: UUID
    subscriptions: int
    dry_run: bool


class ListedCouponView(View):
    """A coupon: a share in parts per million, or an amount of `currency`; and how often it was redeemed.

    `periods` is for how many billing periods it counts, 0 for ever. `expires_at` ends its redemption, not its effect.
    """

    id: UUID
    code: str
    is_offered: bool
    percent_ppm: int
    amount_minor: int
    currency: str | None
    periods: int
    redemptions: int
    redemptions_max: int | None
    expires_at: datetime | None
    created_at: datetime


class TaxRateView(View):
    """A country's tax in `[valid_from, valid_until)`, UTC days; null: until further notice. 190000 ppm are 19 %."""

    id: UUID
    country: str
    name: str
    rate_ppm: int
    valid_from: date
    valid_until: date | None
