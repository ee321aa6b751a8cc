"""What credits are used for: the price list of operations, events, their sums, and credits that are set apart."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at

IS_HELD = text("state = 'held'")


class Rounding(StrEnum):
    """Where an event's credits go that are not whole."""

    UP = "up"
    DOWN = "down"
    HALF_UP = "half_up"


class ReservationState(StrEnum):
    """What became of credits that were set apart; `billing/README.md` draws it."""

    HELD = "held"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


class CreditCost(Base):
    """A version of what an operation costs: `credits` for every `per_quantity` units, from then on. Never edited."""

    __tablename__ = "credit_costs"
    __table_args__ = (
        one_of("rounding", Rounding),
        CheckConstraint("credits >= 0", name="credits_not_negative"),
        CheckConstraint("per_quantity > 0", name="per_quantity_positive"),
        UniqueConstraint("operation", "valid_from"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    credits: Mapped[int]
    per_quantity: Mapped[int]
    rounding: Mapped[Rounding]
    valid_from: Mapped[datetime]
    created_at: Mapped[datetime] = written_at()


class UsageEvent(Base):
    """So much of an operation was used, once per account and id. Its credits were taken for `cause`. Never edited.

    `happened_at` is the account's own time. `cost_id` is the version it was priced by; an invariant proves that, as a
    foreign key would cost each event as much again.
    """

    __tablename__ = "usage_events"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("credits >= 0", name="credits_not_negative"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    quantity: Mapped[int]
    site: Mapped[str] = mapped_column(server_default="")
    happened_at: Mapped[datetime]
    credits: Mapped[int]
    cost_id: Mapped[UUID]
    cause: Mapped[str]
    created_at: Mapped[datetime] = written_at()


class UsageRollUp(Base):
    """The events of an account and operation in a quarter of an hour, added up with each of them.

    Quarters, because days of every time zone begin with one: a day of any zone is a sum of these.
    """

    __tablename__ = "usage_roll_ups"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    begins_at: Mapped[datetime] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    events: Mapped[int]
    quantity: Mapped[int]
    credits: Mapped[int]


class UsageReservation(Base):
    """Credits set apart for work whose cost is known afterwards, until it is settled, released, or the time is over.

    They are out of their grants meanwhile, so that nobody else uses them; the movements say so.
    """

    __tablename__ = "usage_reservations"
    __table_args__ = (
        one_of("state", ReservationState),
        CheckConstraint("credits >= 0", name="credits_not_negative"),
        CheckConstraint("(state = 'held') = (closed_at IS NULL)", name="closed_when_not_held"),
        CheckConstraint("(state = 'settled') = (event_id IS NOT NULL)", name="settled_by_an_event"),
        Index("ix_usage_reservations_due", "expires_at", postgresql_where=IS_HELD),
        Index("ix_usage_reservations_held", "account_id", "expires_at", postgresql_where=IS_HELD),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    operation: Mapped[str]
    quantity: Mapped[int]
    cost_id: Mapped[UUID] = mapped_column(ForeignKey("credit_costs.id"))
    credits: Mapped[int]
    state: Mapped[ReservationState]
    reserved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    event_id: Mapped[str | None]
