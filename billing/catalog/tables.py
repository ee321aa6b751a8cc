"""The catalog's tables."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, in_calendar, of_letters, one_of, written_at


class Interval(StrEnum):
    """How often a price falls due."""

    ONCE = "once"
    MONTH = "month"
    YEAR = "year"


class CreditPackage(Base):
    """A prepaid package. `list_price_minor` is minor units of `currency`; `discount_ppm` parts per million off it."""

    __tablename__ = "credit_packages"
    __table_args__ = (
        of_letters("currency", 3),
        CheckConstraint("credits > 0", name="credits_positive"),
        CheckConstraint("list_price_minor >= 0", name="price_not_negative"),
        CheckConstraint("discount_ppm BETWEEN 0 AND 1000000", name="discount_is_a_share"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    credits: Mapped[int]
    list_price_minor: Mapped[int]
    discount_ppm: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[str]
    featured: Mapped[bool] = mapped_column(server_default="false")
    sort_order: Mapped[int] = mapped_column(server_default="0")
    active: Mapped[bool] = mapped_column(server_default="true")


class Plan(Base):
    """What a subscription is to: a name on the price list. What it contains and costs is in its versions."""

    __tablename__ = "plans"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    featured: Mapped[bool] = mapped_column(server_default="false")
    sort_order: Mapped[int] = mapped_column(server_default="0")
    active: Mapped[bool] = mapped_column(server_default="true")


class PlanVersion(Base):
    """What a plan contains, never edited: a change is a new version, and running subscriptions stay with theirs.

    `credits` are granted per month of a period; those that are left expire with the period unless they roll over.
    A limit of null is none.
    """

    __tablename__ = "plan_versions"
    __table_args__ = (
        UniqueConstraint("plan_id", "version"),
        CheckConstraint("credits >= 0 AND trial_days >= 0", name="amounts_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    version: Mapped[int]
    credits: Mapped[int]
    credits_roll_over: Mapped[bool] = mapped_column(server_default="false")
    sites_max: Mapped[int | None]
    users_max: Mapped[int | None]
    trial_days: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = written_at()


class PlanPrice(Base):
    """One price of one version of a plan, in minor units of `currency` per interval. Never edited."""

    __tablename__ = "plan_prices"
    __table_args__ = (
        of_letters("currency", 3),
        one_of("interval", Interval),
        UniqueConstraint("version_id", "currency", "interval"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("interval <> 'once'", name="interval_recurs"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    currency: Mapped[str]
    interval: Mapped[Interval]
    price_minor: Mapped[int]


class GatewayPrice(Base):
    """What a gateway calls a plan's price, once we know."""

    __tablename__ = "gateway_prices"

    gateway: Mapped[str] = mapped_column(primary_key=True)
    price_ref: Mapped[str] = mapped_column(primary_key=True)
    price_id: Mapped[UUID] = mapped_column(ForeignKey("plan_prices.id"))


class Service(Base):
    """A service sold beside a plan: once, or every month as an add-on."""

    __tablename__ = "services"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default="true")


class ServicePrice(Base):
    """One price of a service, in minor units of `currency`, once or per month. Never edited; the newest is sold."""

    __tablename__ = "service_prices"
    __table_args__ = (
        of_letters("currency", 3),
        one_of("interval", Interval),
        UniqueConstraint("service_id", "currency", "version"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("interval <> 'year'", name="interval_is_sold"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    version: Mapped[int]
    currency: Mapped[str]
    interval: Mapped[Interval]
    price_minor: Mapped[int]


class Coupon(Base):
    """A discount on a plan's price: a share in parts per million, or an amount in minor units of `currency`.

    `periods` is for how many billing periods it counts, 0 for ever. `expires_at` ends its redemption, not its effect.
    """

    __tablename__ = "coupons"
    __table_args__ = (
        in_calendar("expires_at"),
        CheckConstraint("currency ~ '^([A-Z]{3})?$'", name="currency_iso"),
        CheckConstraint("percent_ppm BETWEEN 0 AND 1000000", name="percent_is_a_share"),
        CheckConstraint("(percent_ppm > 0) <> (amount_minor > 0)", name="percent_or_amount"),
        CheckConstraint("(amount_minor > 0) = (currency <> '')", name="amount_has_a_currency"),
        CheckConstraint("periods >= 0", name="periods_not_negative"),
        CheckConstraint("redemptions_max IS NULL OR redemptions <= redemptions_max", name="redemptions_limited"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    percent_ppm: Mapped[int] = mapped_column(server_default="0")
    amount_minor: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[str] = mapped_column(server_default="")
    periods: Mapped[int] = mapped_column(server_default="1")
    redemptions_max: Mapped[int | None]
    redemptions: Mapped[int] = mapped_column(server_default="0")
    expires_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = written_at()


class GatewayAmount(Base):
    """Which amounts of a currency a gateway takes, in minor units: multiples of a step, from a least to a greatest."""

    __tablename__ = "gateway_amounts"
    __table_args__ = (
        of_letters("currency", 3),
        CheckConstraint("step_minor > 0 AND 0 < least_minor AND least_minor <= greatest_minor", name="bounds_in_order"),
    )

    gateway: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    step_minor: Mapped[int]
    least_minor: Mapped[int]
    greatest_minor: Mapped[int]
