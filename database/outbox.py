"""What must follow a change of the books, written in the same transaction as the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Index, bindparam, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base
from database.copy import copy_rows
from database.ids import uuid7
from database.memory import WAITING_OR_REFUSED, Remembered, WorkState, memory_constraints

STAGED = "staged"


class OutboxEntry(Remembered, Base):
    """One follow-up. `cause` is unique: the same cause never has the same consequence twice."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_newest", "created_at", "id"),
        Index("ix_outbox_subject", "subject_id"),
        *memory_constraints("outbox", WAITING_OR_REFUSED),
    )

    # an e-mail that was refused reaches nobody unless a person looks
    refusals_wait = True

    topic: Mapped[str]
    subject_id: Mapped[UUID]
    cause: Mapped[str] = mapped_column(unique=True)
    result: Mapped[dict[str, Any] | None]

    @property
    def what(self) -> str:
        """The topic."""
        return self.topic

    def log_context(self) -> dict[str, str]:
        """The row and what caused it."""
        return {"outbox_id": str(self.id), "cause": self.cause}


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is to follow: a key of `schemas.messages.TOPICS`, the row it is about, and what makes it unique."""

    topic: str
    subject_id: UUID
    cause: str


STAGE = (
    insert(OutboxEntry)
    .values(
        next_attempt_at=func.coalesce(bindparam("next_attempt_at", type_=DateTime(timezone=True)), func.now()),
        # a row without a date is rung for right after the commit
        hinted_at=case((bindparam("hinted_now", type_=Boolean), func.now())),
    )
    .on_conflict_do_nothing(index_elements=["cause"])
    .returning(OutboxEntry.id)
)


def stage(session: Session, topic: str, subject_id: UUID, cause: str, not_before: datetime | None = None) -> bool:
    """Stage a follow-up in the caller's transaction; the bell rings after the commit, or when `not_before` comes.

    `topic` is a key of `schemas.messages.TOPICS`, `subject_id` the row it is about, `cause` what makes it unique.
    False: there was one of this cause before.
    """
    row = {
        "id": uuid7(), "topic": topic, "subject_id": subject_id, "cause": cause,
        "next_attempt_at": not_before, "hinted_now": not_before is None,
    }  # fmt: skip
    written = session.connection().execute(STAGE, row).scalar_one_or_none()
    if written is not None and not_before is None:
        session.info.setdefault(STAGED, []).append((topic, written))
    return written is not None


def put_off(session: Session, topic: str, subject_id: UUID, wait: timedelta) -> None:
    """Whoever does by themselves what was staged leaves it to the sweep that long, should they not come to an end."""
    staged = update(OutboxEntry).where(OutboxEntry.topic == topic, OutboxEntry.subject_id == subject_id)
    is_waiting = OutboxEntry.state == WorkState.READY, OutboxEntry.lease_until.is_(None)
    session.execute(staged.where(*is_waiting).values(next_attempt_at=func.now() + wait, hinted_at=None))


def stage_many(session: Session, follow_ups: Sequence[FollowUp]) -> None:
    """Stage hundreds of follow-ups at once, for right after the commit.

    Unlike with `stage`, a cause that is known already is an error (IntegrityError): a batch is written once.
    """
    now = session.connection().execute(select(func.now())).scalar_one() if follow_ups else None
    rows = [
        {"id": uuid7(), "topic": each.topic, "subject_id": each.subject_id, "cause": each.cause, "hinted_at": now}
        for each in follow_ups
    ]
    copy_rows(session, OutboxEntry, rows)
    session.info.setdefault(STAGED, []).extend((row["topic"], row["id"]) for row in rows)


def stage_done(session: Session, topic: str, subject_id: UUID, cause: str, result: dict[str, Any]) -> None:
    """Write down that a follow-up was done, where the books have forgotten it: it is not done again."""
    done = {"state": WorkState.DONE, "finished_at": func.now(), "result": result}
    row = {"id": uuid7(), "topic": topic, "subject_id": subject_id, "cause": cause, **done}
    session.execute(insert(OutboxEntry).values(row).on_conflict_do_nothing(index_elements=["cause"]))
