"""Columns and states shared by the pipeline's three memories: inbox, operations, outbox.

    ready ──> done        the effect is in the books
      │ └───> rejected    a business outcome; only an e-mail may be sent again, by an operator's decision
      └─────> parked      out of attempts or a bug; waits for an operator's replay, which makes it ready again

A row in `ready` with a live lease is being worked on. Nothing else says so: a lease that ran out is simply free again.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, and_, func, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import one_of, written_at

# Eight tries spread over about eight hours by the waits below; then a person looks.
ATTEMPTS_MAX = 8


class WorkState(StrEnum):
    """Where a remembered piece of work stands."""

    READY = "ready"
    DONE = "done"
    REJECTED = "rejected"
    PARKED = "parked"


TRANSITIONS: dict[WorkState, frozenset[WorkState]] = {
    WorkState.READY: frozenset({WorkState.DONE, WorkState.REJECTED, WorkState.PARKED}),
    # a person lets it run again
    WorkState.PARKED: frozenset({WorkState.READY}),
    # an e-mail that was not sent again blindly may be, by decision; any other refusal was an answer
    WorkState.REJECTED: frozenset({WorkState.READY}),
    WorkState.DONE: frozenset(),
}


def finished_as(state: WorkState) -> dict[str, Any]:
    """What an UPDATE of work in hand writes to end it: the lease is given back."""
    if state not in TRANSITIONS[WorkState.READY]:
        raise ValueError(f"work does not end as {state}")
    return {"state": state, "finished_at": func.now(), "lease_until": None, "lease_token": None}


def ready_again() -> dict[str, Any]:
    """What an UPDATE of parked or refused work writes to let it run again, with all its attempts."""
    return {
        "state": WorkState.READY, "attempts": 0, "first_attempt_at": None, "next_attempt_at": func.now(),
        "hinted_at": None, "finished_at": None, "error": None,
    }  # fmt: skip


class Remembered:
    """Mixin: one piece of work, its attempts, its due time and its lease. All times UTC by the database's clock."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[WorkState] = mapped_column(server_default=WorkState.READY)
    attempts: Mapped[int] = mapped_column(server_default="0")
    first_attempt_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime] = written_at()
    hinted_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = written_at()
    finished_at: Mapped[datetime | None]

    def log_context(self) -> dict[str, str]:
        """What every log line about this piece of work carries."""
        raise NotImplementedError


def memory_constraints(table: str) -> tuple[object, ...]:
    """Known states only, and two small indexes: the work that is not finished, and the work that waits for a person."""
    return (
        one_of("state", WorkState),
        Index(f"ix_{table}_parked", "id", postgresql_where=text("state = 'parked'")),
        Index(f"ix_{table}_due", "next_attempt_at", postgresql_where=text("state = 'ready'")),
    )


def is_free(memory: type[Remembered]) -> ColumnElement[bool]:
    """Ready, due, and in nobody's hands."""
    return and_(
        memory.state == WorkState.READY,
        memory.next_attempt_at <= func.now(),
        or_(memory.lease_until.is_(None), memory.lease_until < func.now()),
    )
