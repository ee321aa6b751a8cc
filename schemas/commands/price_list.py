"""Commands of the company's own people about what is on offer, and how it is taxed."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict, StrictBool, model_validator

from schemas.amounts import DiscountPeriods, IncludedCredits, LimitOfPlan, MinorUnits, Redemptions, TrialDays
from schemas.commands.base import Command
from schemas.countries import Country
from schemas.currencies import Currency
from schemas.instants import Day, Instant
from schemas.names import CouponCode, Name, Slug, TaxName
from schemas.views.price_list import ListedCouponView, ListedPlanView, MigratedPlanView, TaxRateView

PRICES_MAX = 100
PriceMinor = Annotated[int, Strict(), Field(ge=0, le=10**12)]
# of a share: a whole is a million
Millionths = Annotated[int, Strict(), Field(ge=1, le=1_000_000)]
RatePpm = Annotated[int, Strict(), Field(ge=0, le=1_000_000)]


class PlanPriceWish(BaseModel):
    """A price per interval, in minor units; 0 is free."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: Currency
    interval: Literal["month", "year"]
    price_minor: PriceMinor


class PublishPlan(Command):
    """Publish the next version of a plan, or a new plan. Running subscriptions keep theirs until they are migrated."""

    kind = "publish_plan"
    permission = "price_list:write"
    result_view = ListedPlanView

    plan: Slug
    name: Name
    prices: Annotated[tuple[PlanPriceWish, ...], Field(min_length=1, max_length=PRICES_MAX)]
    credits_per_month: IncludedCredits = 0
    credits_roll_over: StrictBool = False
    sites_max: LimitOfPlan | None = None
    users_max: LimitOfPlan | None = None
    trial_days: TrialDays = 0

    @model_validator(mode="after")
    def _has_each_price_once(self) -> "PublishPlan":
        named = [(price.currency, price.interval) for price in self.prices]
        if len(named) != len(set(named)):
            raise ValueError("must have one price per currency and interval")
        return self


class OfPlan(Command):
    """Base of the commands about a plan."""

    plan_id: UUID


class ArchivePlan(OfPlan):
    """Sell a plan to nobody new. Running subscriptions go on, and renew at their price."""

    kind = "archive_plan"
    permission = "price_list:write"
    result_view = ListedPlanView


class RestorePlan(OfPlan):
    """Offer a plan that was archived again, at its newest version."""

    kind = "restore_plan"
    permission = "price_list:write"
    result_view = ListedPlanView


class MigratePlan(OfPlan):
    """Let running subscriptions of older versions go to the newest one with their next period; or only count them."""

    kind = "migrate_plan"
    permission = "price_list:write"
    result_view = MigratedPlanView

    dry_run: StrictBool = False


class IssueCoupon(Command):
    """A discount that customers enter: a share of a plan's price, or an amount of a currency off it."""

    kind = "issue_coupon"
    permission = "price_list:write"
    result_view = ListedCouponView

    code: CouponCode
    percent_ppm: Millionths | None = None
    amount_minor: MinorUnits | None = None
    currency: Currency | None = None
    periods: DiscountPeriods = 1
    redemptions_max: Redemptions | None = None
    expires_at: Instant | None = None

    @model_validator(mode="after")
    def _is_one_discount(self) -> "IssueCoupon":
        if (self.percent_ppm is None) == (self.amount_minor is None):
            raise ValueError("must have one of percent_ppm and amount_minor")
        if (self.amount_minor is None) != (self.currency is None):
            raise ValueError("must have a currency beside amount_minor, and only there")
        return self


class OfCoupon(Command):
    """Base of the commands about a coupon."""

    coupon_id: UUID


class ArchiveCoupon(OfCoupon):
    """Let nobody redeem a coupon any more. Who has redeemed it keeps the discount."""

    kind = "archive_coupon"
    permission = "price_list:write"
    result_view = ListedCouponView


class RestoreCoupon(OfCoupon):
    """Let a coupon that was archived be redeemed again, as far as it has not expired and is not used up."""

    kind = "restore_coupon"
    permission = "price_list:write"
    result_view = ListedCouponView


class SetTaxRate(Command):
    """A country's tax from a UTC day on, until the next one: 190000 parts per million are 19 %, 0 ends a tax."""

    kind = "set_tax_rate"
    permission = "taxes:write"
    result_view = TaxRateView

    country: Country
    name: TaxName
    rate_ppm: RatePpm
    valid_from: Day


COMMANDS: tuple[type[Command], ...] = (
    PublishPlan, ArchivePlan, RestorePlan, MigratePlan, IssueCoupon, ArchiveCoupon, RestoreCoupon, SetTaxRate,
)  # fmt: skip
