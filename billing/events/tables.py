"""The product's events, and how far their numbers are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, written_at


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
