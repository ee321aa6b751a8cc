"""The product's events, how far their numbers are, and who hears of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at


class ProductEvent(Base):
    """What the product is told, never edited. `data` is the object as it was then, as the API shows it.

    `position` orders all events, `sequence` those of one account, without a gap. Of two changes that followed one
    another the later one has the higher of both. `happened_at` is when the change was begun, `created_at` when it was
    given its numbers, both by the database's clock.
    """

    __tablename__ = "product_events"
    __table_args__ = (
        UniqueConstraint("id"),
        UniqueConstraint("account_id", "sequence"),
        Index("ix_product_events_type", "type", "position"),
        Index("ix_product_events_created", "created_at"),
        Index("ix_product_events_account", "account_id", "created_at", "id"),
    )

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID]
    type: Mapped[str]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    sequence: Mapped[int]
    object_id: Mapped[UUID]
    schema_version: Mapped[int]
    data: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]
    created_at: Mapped[datetime] = written_at()


class EventCounter(Base):
    """The last `sequence` of an account: events are swept away, their numbers never come back."""

    __tablename__ = "event_counters"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    last_sequence: Mapped[int]


class EventPosition(Base):
    """The last `position`. Whoever holds this row's lock gives out numbers, and nobody else does."""

    __tablename__ = "event_positions"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_position: Mapped[int]


class DeliveryState(StrEnum):
    """Where a delivery stands; `billing/README.md` draws it."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class EventEndpoint(Base):
    """An address of the product's that hears of events of these `types`, from its creation on.

    With `is_ordered` the next event of an account waits until the one before is delivered or given up. `failures` have
    followed one another since `failing_since`, and until `held_until` nothing is sent. `disabled_because` is a word.
    """

    __tablename__ = "event_endpoints"
    __table_args__ = (
        CheckConstraint("(disabled_at IS NULL) = (disabled_because = '')", name="disabled_for_a_reason"),
        CheckConstraint("(failing_since IS NULL) = (failures = 0)", name="failing_counts"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    types: Mapped[list[str]] = mapped_column(JSONB)
    is_ordered: Mapped[bool] = mapped_column(server_default="false")
    disabled_at: Mapped[datetime | None]
    disabled_because: Mapped[str] = mapped_column(server_default="")
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    held_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()


class EventDelivery(Base):
    """An event on its way to an endpoint, once; `asked_again` counts how often a person had it sent anew.

    `gives_up_at`: by then it is delivered, or nobody tries any longer.
    """

    __tablename__ = "event_deliveries"
    __table_args__ = (
        one_of("state", DeliveryState),
        CheckConstraint("(state = 'waiting') = (finished_at IS NULL)", name="finished_has_a_time"),
        UniqueConstraint("endpoint_id", "position"),
        Index(
            "ix_event_deliveries_due", "endpoint_id", "next_attempt_at", "position",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_event_deliveries_in_order", "endpoint_id", "account_id", "position",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_event_deliveries_event", "event_id"),
        Index("ix_event_deliveries_created", "created_at"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("event_endpoints.id"))
    event_id: Mapped[UUID]
    position: Mapped[int]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    type: Mapped[str]
    state: Mapped[DeliveryState] = mapped_column(server_default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(server_default="0")
    asked_again: Mapped[int] = mapped_column(server_default="0")
    next_attempt_at: Mapped[datetime] = written_at()
    gives_up_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    created_at: Mapped[datetime] = written_at()
    finished_at: Mapped[datetime | None]


class EventAttempt(Base):
    """One try of a delivery: the HTTP status, or why there was none, and how an answer began."""

    __tablename__ = "event_attempts"
    __table_args__ = (Index("ix_event_attempts_delivery", "delivery_id", "attempted_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("event_deliveries.id", ondelete="CASCADE"))
    status: Mapped[int | None]
    milliseconds: Mapped[int]
    error: Mapped[str] = mapped_column(server_default="")
    answer: Mapped[str] = mapped_column(server_default="")
    attempted_at: Mapped[datetime] = written_at()
