"""Subscriptions, their add-ons, and the periods that were billed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.catalog.tables import Interval
from database.base import Base, in_calendar, one_of, written_at


class SubscriptionStatus(StrEnum):
    """Where a subscription stands; `billing/README.md` draws it."""

    INCOMPLETE = "incomplete"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Collection(StrEnum):
    """Who runs the cycle: the gateway, or we."""

    GATEWAY = "gateway"
    CASHBEAT = "cashbeat"


class PayBy(StrEnum):
    """How the invoices of a cycle that we run are paid."""

    CARD = "card"
    TRANSFER = "transfer"


class Subscription(Base):
    """An account's subscription to a plan at a price.

    The present period is `[period_start, period_end)`. `anchor` is the instant that all boundaries are computed from.
    `due_at` is when the cycle must look at it next: the end of a trial, of a period, of a pause, or of the time that a
    start has to be paid; null when nothing is to come. `discount_*` are the terms of the redeemed coupon;
    `discount_periods` how many periods are still to be discounted after this one (null: all). `synced_at` is the wall
    clock's time of the last look at the gateway that runs it, and `end_asked_at` the account's own time when that was
    last asked because it should have ended with its period. `former_price_id` is the price before the present one, of
    which the books heard at `priced_at`, as of the former at `former_priced_at`: null for the first. `foreign_price` is
    what the gateway has where that is no price of ours: then the plan is unknown, and `price_id` the last that was
    known. `failed_*` are set on a row that the cycle could not handle, which it leaves alone from then on, and where a
    plan is unknown.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        one_of("status", SubscriptionStatus),
        one_of("collection", Collection),
        one_of("pay_by", PayBy),
        one_of("interval", Interval),
        in_calendar("resumes_at"),
        CheckConstraint("period_end > period_start", name="period_has_length"),
        CheckConstraint("(status IN ('canceled', 'expired')) = (ended_at IS NOT NULL)", name="ended_has_a_time"),
        CheckConstraint("status NOT IN ('canceled', 'expired') OR due_at IS NULL", name="ended_is_never_due"),
        CheckConstraint("collection = 'cashbeat' OR due_at IS NULL", name="gateway_runs_its_own_cycle"),
        CheckConstraint("(status = 'paused') = (paused_at IS NOT NULL)", name="paused_has_a_time"),
        CheckConstraint("NOT limits_suspended OR status = 'past_due'", name="limits_suspended_while_past_due"),
        CheckConstraint("discount_ppm BETWEEN 0 AND 1000000 AND discount_minor >= 0", name="discount_in_range"),
        CheckConstraint("(former_price_id IS NULL) = (priced_at IS NULL)", name="former_price_until"),
        Index("ix_subscriptions_due", "due_at", postgresql_where=text("due_at IS NOT NULL AND failed_at IS NULL")),
        Index("ix_subscriptions_account", "account_id", "created_at", "id"),
        Index("ix_subscriptions_newest", "created_at", "id"),
        Index(
            "ix_subscriptions_unpaid_page", "created_at",
            postgresql_where=text("status = 'incomplete' AND collection = 'gateway'"),
        ),
        Index("ix_subscriptions_failed", "id", postgresql_where=text("failed_at IS NOT NULL")),
        Index(
            "uq_subscriptions_gateway", "gateway", "subscription_ref", unique=True,
            postgresql_where=text("subscription_ref <> ''"),
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    clock_id: Mapped[UUID | None] = mapped_column(ForeignKey("test_clocks.id"))
    status: Mapped[SubscriptionStatus]
    collection: Mapped[Collection]
    pay_by: Mapped[PayBy]
    gateway: Mapped[str] = mapped_column(server_default="")
    subscription_ref: Mapped[str] = mapped_column(server_default="")
    price_id: Mapped[UUID] = mapped_column(ForeignKey("plan_prices.id"))
    next_price_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_prices.id"))
    former_price_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_prices.id"))
    priced_at: Mapped[datetime | None]
    former_priced_at: Mapped[datetime | None]
    interval: Mapped[Interval]
    currency: Mapped[str]
    dunning_policy: Mapped[str] = mapped_column(ForeignKey("dunning_policies.slug"), server_default="default")
    anchor: Mapped[datetime]
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    trial_end: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    cancel_at_period_end: Mapped[bool] = mapped_column(server_default="false")
    canceled_at: Mapped[datetime | None]
    end_asked_at: Mapped[datetime | None]
    limits_suspended: Mapped[bool] = mapped_column(server_default="false")
    paused_at: Mapped[datetime | None]
    resumes_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    coupon_id: Mapped[UUID | None] = mapped_column(ForeignKey("coupons.id"))
    discount_ppm: Mapped[int] = mapped_column(server_default="0")
    discount_minor: Mapped[int] = mapped_column(server_default="0")
    # SQLAlchemy leaves out a column whose value is None, and the database would then write its default, 0: no period.
    # None means all periods, so it has to be written as NULL.
    discount_periods: Mapped[int | None] = mapped_column(BigInteger().evaluates_none(), server_default="0")
    is_period_discounted: Mapped[bool] = mapped_column(server_default="false")
    synced_at: Mapped[datetime | None]
    foreign_price: Mapped[str] = mapped_column(server_default="")
    failed_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]


class Trial(Base):
    """A trial of a plan that an account has had, is having, or has a page open for; `admit` tells who has a second."""

    __tablename__ = "trials"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscriptions.id"), primary_key=True)


class SubscriptionService(Base):
    """A recurring add-on of a subscription, billed with each of its periods until it is removed."""

    __tablename__ = "subscription_services"
    __table_args__ = (
        UniqueConstraint("subscription_id", "price_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscriptions.id"))
    price_id: Mapped[UUID] = mapped_column(ForeignKey("service_prices.id"))
    quantity: Mapped[int]


class MrrMovement(Base):
    """What a subscription brings in a month became so much more, or less; the sum of all of them is what it brings.

    Triggers of the database write it, see its SQL, where it also stands what counts; never edited. `moved_at` is when,
    by the database's clock: subscriptions on test clocks have none.
    """

    __tablename__ = "mrr_movements"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_moves"),
        Index("ix_mrr_movements_subscription", "subscription_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscriptions.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    currency: Mapped[str]
    amount_minor: Mapped[int]
    moved_at: Mapped[datetime] = written_at()


class SubscriptionPeriod(Base):
    """A period of a subscription that was begun. The primary key is what makes a second renewal of it impossible."""

    __tablename__ = "subscription_periods"

    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscriptions.id"), primary_key=True)
    period_start: Mapped[datetime] = mapped_column(primary_key=True)
    period_end: Mapped[datetime]
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))


class PendingChange(Base):
    """A change of plan that begins when its invoice is paid; until then the subscription runs as if nobody had asked.

    All is as it was quoted: `price_id` is the wanted plan's, `anchor` and the period are the subscription's afterwards,
    and of its credits `credits_taken_back` are revoked then. What is not paid by `expires_at` is dropped. `ended_at` is
    null while it waits; then what became of it is what became of its invoice: paid, it was made, and void, dropped.
    Whoever ends it holds the row lock of its invoice. Where a gateway runs the cycle, the gateway makes the change, and
    the anchor and the period are the present ones.
    """

    __tablename__ = "pending_changes"
    __table_args__ = (
        CheckConstraint("period_end > period_start", name="period_has_length"),
        CheckConstraint("credits_taken_back >= 0", name="credits_not_negative"),
        Index(
            "uq_pending_changes_waiting", "subscription_id", unique=True, postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_pending_changes_expires", "expires_at", postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscriptions.id"))
    price_id: Mapped[UUID] = mapped_column(ForeignKey("plan_prices.id"))
    anchor: Mapped[datetime]
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    credits_taken_back: Mapped[int]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
