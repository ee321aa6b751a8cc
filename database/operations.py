"""Every accepted command. Its id is the Celery task id and what the caller polls."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base
from database.ids import operation_id
from database.memory import Remembered, WorkState, finished_as, memory_constraints, ready_again, waits_for_approval

# An API key's operations bear its id; those that a product hands over itself, its name: see `client/`.
PRODUCT_CALLER = "app/"

# What machines do by the thousand, each its own audit: see `Command.is_own_audit`.
BY_MACHINES = ("consume_credits", "record_usage", "reserve_usage", "settle_usage", "release_usage")
# in SQL: all else
SAID = f"kind NOT IN ({', '.join(repr(kind) for kind in BY_MACHINES)})"
# what was done and has an entry in the audit
AUDITED = f"state = 'done' AND {SAID}"

# the shape of what was said and is erased, so that whoever asks for the operation is told why there is nothing
GONE = {"gone": '{"erased": true}'}
EMPTY_OLD = text("""
    UPDATE operations SET
        body = CAST(:gone AS jsonb), error = NULL, idempotency_key = NULL,
        caller = CASE WHEN caller LIKE 'user/%' THEN 'user/erased' ELSE caller END,
        result = CASE WHEN result IS NOT NULL THEN CAST(:gone AS jsonb) END, problem = problem - 'errors'
    WHERE id IN (
        SELECT id FROM operations WHERE state IN ('done', 'rejected', 'discarded')
        AND finished_at < now() - :kept AND body <> CAST(:gone AS jsonb) LIMIT :limit
    ) RETURNING id
""")

# what the API shows of a command that a person decided against
DISCARDED_PROBLEM = {
    "type": "urn:cashbeat:problem:discarded",
    "title": "discarded",
    "status": 500,
    "detail": "An operator decided that this command is not run again.",
}


class Operation(Remembered, Base):
    """A command with an id. `result` is set when done, `problem` (RFC 9457 members) when rejected or parked.

    `about` is the id of the nearest thing that it names: a subscription, an invoice, ..., or else the account.
    """

    __tablename__ = "operations"
    __table_args__ = (
        *memory_constraints("operations"),
        # a product stages rows itself: what could be no command is refused while it is still in its transaction
        CheckConstraint("jsonb_typeof(body) = 'object'", name="body_is_an_object"),
        CheckConstraint("kind <> '' AND caller <> ''", name="kind_and_caller_are_said"),
        # what was done and must have its entry in the audit, see `Command.is_own_audit`
        Index("ix_operations_audited", "finished_at", postgresql_where=text(AUDITED)),
        # lists of an operator's; of what machines do by the thousand only the age is kept
        Index("ix_operations_newest", "created_at", "id"),
        Index("ix_operations_said", "created_at", "id", postgresql_where=text(SAID)),
        Index("ix_operations_about", "about", postgresql_where=text(SAID)),
    )

    kind: Mapped[str]
    caller: Mapped[str]
    idempotency_key: Mapped[str | None]
    body_sha256: Mapped[str]
    body: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    problem: Mapped[dict[str, Any] | None]
    about: Mapped[UUID | None] = mapped_column(Computed("named_in(body)", persisted=True))

    @property
    def what(self) -> str:
        """Which command."""
        return self.kind

    def log_context(self) -> dict[str, str]:
        """The id that the API, Flower and the logs share."""
        return {"operation_id": str(self.id)}


def empty_operations(session: Session, kept: timedelta, limit: int) -> int:
    """Empty at most `limit` operations that were finished longer than `kept` ago; how many there were.

    The rows stay, so that a repeat of a key has no effect; what was said and what came of it goes.
    """
    return len(session.execute(EMPTY_OLD, {"kept": kept, "limit": limit} | GONE).all())


def fingerprint(kind: str, body: dict[str, Any]) -> str:
    """What must be equal for a repeated Idempotency-Key to mean the same command."""
    canonical = json.dumps([kind, body], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def stage_command(
    session: Session, kind: str, body: dict[str, Any], caller: str, idempotency_key: str | None = None
) -> UUID:
    """Write a command inside the caller's own transaction; it runs once that transaction commits.

    The command exists if and only if that transaction's other changes do. The sweep rings for it within half a minute.
    A repeat with the same caller and key writes nothing and returns the same id; what was said first counts.
    `body` must be JSON of the command's class in `schemas.commands`; a malformed one is rejected by the worker.
    """
    row_id = operation_id(caller, idempotency_key)
    row = {
        "id": row_id, "kind": kind, "caller": caller, "idempotency_key": idempotency_key,
        "body": body, "body_sha256": fingerprint(kind, body),
    }  # fmt: skip
    session.execute(insert(Operation).values(row).on_conflict_do_nothing(index_elements=["id"]))
    return row_id


def let_wait(session: Session, operation_id: UUID) -> None:
    """A command in hand waits for a second person; its lease is given back."""
    waiting = update(Operation).where(Operation.id == operation_id).values(waits_for_approval())
    session.execute(waiting, execution_options={"synchronize_session": False})


def let_run(session: Session, operation_id: UUID) -> None:
    """A command that waited for a second person runs now."""
    _end_waiting(session, operation_id, ready_again())


def refuse_held(session: Session, operation_id: UUID, problem: dict[str, Any]) -> None:
    """A command that waited for a second person is never run; `problem` says why (members of RFC 9457)."""
    _end_waiting(session, operation_id, {**finished_as(WorkState.REJECTED), "problem": problem})


def _end_waiting(session: Session, operation_id: UUID, values: dict[str, Any]) -> None:
    waits = Operation.id == operation_id, Operation.state == WorkState.AWAITING_APPROVAL
    session.execute(update(Operation).where(*waits).values(values), execution_options={"synchronize_session": False})
