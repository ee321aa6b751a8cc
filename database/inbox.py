"""Every verified gateway event, byte for byte, once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session

from database.base import Base
from database.ids import uuid7
from database.memory import Remembered, memory_constraints


class InboxEvent(Remembered, Base):
    """One event as the gateway sent it. `body` is the raw UTF-8 text whose signature was verified at the door."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("gateway", "event_id"), *memory_constraints("inbox"))

    gateway: Mapped[str]
    event_id: Mapped[str]
    event_type: Mapped[str]
    body: Mapped[str]

    def log_context(self) -> dict[str, str]:
        """The gateway's own id of the event."""
        return {"event_id": self.event_id}


def remember(session: Session, gateway: str, events: Sequence[tuple[str, str, str]]) -> list[UUID]:
    """Write (event id, event type, body) rows that are not known yet and return the new ids.

    For events found by asking the gateway; the door has its own, faster writer of the same rows.
    """
    if not events:
        return []
    rows = [
        {"id": uuid7(), "gateway": gateway, "event_id": event_id, "event_type": event_type, "body": body}
        for event_id, event_type, body in events
    ]
    statement = insert(InboxEvent).values(rows).on_conflict_do_nothing(index_elements=["gateway", "event_id"])
    return list(session.scalars(statement.returning(InboxEvent.id)))
