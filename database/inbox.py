"""Every verified gateway event, byte for byte, once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base
from database.ids import uuid7
from database.memory import WAITING_OR_REFUSED, Remembered, memory_constraints


class InboxEvent(Remembered, Base):
    """One event as the gateway sent it. `body` is the raw UTF-8 text whose signature was verified.

    Some vendors name each delivery, too, and sign so little of it that the name must not come back with another body.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("gateway", "event_id"),
        Index(
            "uq_inbox_gateway_transmission_id",
            "gateway",
            "transmission_id",
            unique=True,
            postgresql_where=text("transmission_id IS NOT NULL"),
        ),
        Index("ix_inbox_newest", "created_at", "id"),
        *memory_constraints("inbox", WAITING_OR_REFUSED),
    )

    # what a gateway told and a rule refused is heard of by nobody else
    refusals_wait = True

    gateway: Mapped[str]
    event_id: Mapped[str]
    event_type: Mapped[str]
    body: Mapped[str]
    transmission_id: Mapped[str | None]
    # the door rings for all that it stores, and its way of storing cannot name the database's clock
    hinted_at: Mapped[datetime | None] = mapped_column(server_default=func.now())

    @property
    def what(self) -> str:
        """The gateway's type of event."""
        return self.event_type

    def log_context(self) -> dict[str, str]:
        """The gateway's own id of the event."""
        return {"event_id": self.event_id}


Told = tuple[str, str, str]


def remember(session: Session, gateway: str, events: Sequence[Told]) -> list[UUID]:
    """Write (event id, event type, body) rows that are not known yet and return the new ids.

    For events found by asking the gateway; the door has its own, faster writer of the same rows.
    """
    return _write(session, [_row(gateway, event) for event in events]) if events else []


def known_bodies(session: Session, gateway: str, event_ids: Sequence[str]) -> dict[str, str]:
    """What came under these events' names, as far as anything did."""
    known = select(InboxEvent.event_id, InboxEvent.body).where(InboxEvent.gateway == gateway)
    rows = session.execute(known.where(InboxEvent.event_id.in_(event_ids)))
    return {row.event_id: row.body for row in rows}


def remember_delivery(session: Session, gateway: str, event: Told, transmission_id: str) -> list[UUID]:
    """The same for one that was verified after it had come in: nothing if that delivery has brought another already."""
    return _write(session, [_row(gateway, event, transmission_id)])


def _row(gateway: str, event: Told, transmission_id: str | None = None) -> dict[str, Any]:
    name, kind, body = event
    # nobody has rung for it yet: the caller does, and the sweep is to do it if that is lost
    return {
        "id": uuid7(), "gateway": gateway, "event_id": name, "event_type": kind, "body": body,
        "transmission_id": transmission_id, "hinted_at": None,
    }  # fmt: skip


def _write(session: Session, rows: list[dict[str, Any]]) -> list[UUID]:
    # written in the order of the unique key, as by the door: two that write the same events never deadlock
    rows.sort(key=lambda row: row["event_id"])
    statement = insert(InboxEvent).values(rows).on_conflict_do_nothing()
    return list(session.scalars(statement.returning(InboxEvent.id)))
