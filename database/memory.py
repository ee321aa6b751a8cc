"""Columns and states shared by the pipeline's three memories: inbox, operations, outbox.

    ready ──> done        the effect is in the books
      │ └───> rejected    a business outcome; where it was no answer to anybody, it waits for an operator, too
      ├─────> parked      out of attempts or a bug; waits for an operator's replay, which makes it ready again
      └─────> awaiting_approval   a command that another person has to approve: ready again then, else rejected

What waits for an operator may also be discarded: it stays, with who decided so and why, and is never run again.

A row in `ready` with a live lease is being worked on. Nothing else says so: a lease that ran out is simply free again.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Index, and_, func, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import one_of, written_at

# Eight tries spread over about eight hours by the waits below; then a person looks.
ATTEMPTS_MAX = 8
# By then a call whose worker died has reached the other side or never will. Whoever hurries work leaves it as long.
OVERLAP = timedelta(seconds=60)


class WorkState(StrEnum):
    """Where a remembered piece of work stands."""

    READY = "ready"
    DONE = "done"
    REJECTED = "rejected"
    PARKED = "parked"
    DISCARDED = "discarded"
    AWAITING_APPROVAL = "awaiting_approval"


TRANSITIONS: dict[WorkState, frozenset[WorkState]] = {
    WorkState.READY: frozenset({WorkState.DONE, WorkState.REJECTED, WorkState.PARKED, WorkState.AWAITING_APPROVAL}),
    WorkState.AWAITING_APPROVAL: frozenset({WorkState.READY, WorkState.REJECTED}),
    # a person lets it run again, or decides against it
    WorkState.PARKED: frozenset({WorkState.READY, WorkState.DISCARDED}),
    # an e-mail that was not sent again blindly may be, by decision; any other refusal was an answer
    WorkState.REJECTED: frozenset({WorkState.READY, WorkState.DISCARDED}),
    WorkState.DONE: frozenset(),
    WorkState.DISCARDED: frozenset(),
}


def finished_as(state: WorkState) -> dict[str, Any]:
    """What an UPDATE of work in hand writes to end it: the lease is given back."""
    _require_end(state)
    return {"state": state, "finished_at": func.now(), "lease_until": None, "lease_token": None}


def end(row: "Remembered", state: WorkState, at: datetime) -> None:
    """The same of a row in memory, for whoever writes many with one statement; `at` is the database's time."""
    _require_end(state)
    row.state, row.finished_at, row.lease_until, row.lease_token = state, at, None, None


def _require_end(state: WorkState) -> None:
    if state not in TRANSITIONS[WorkState.READY]:
        raise ValueError(f"work does not end as {state}")


def ready_again() -> dict[str, Any]:
    """What an UPDATE of parked or refused work writes to let it run again, with all its attempts."""
    return {
        "state": WorkState.READY, "attempts": 0, "first_attempt_at": None, "next_attempt_at": func.now(),
        "hinted_at": None, "finished_at": None, "error": None,
    }  # fmt: skip


def waits_for_approval() -> dict[str, Any]:
    """What an UPDATE of work in hand writes to let it wait for a second person; the lease is given back."""
    return {
        "state": WorkState.AWAITING_APPROVAL, "attempts": 0, "first_attempt_at": None, "error": None,
        "lease_until": None, "lease_token": None,
    }  # fmt: skip


def hurried(memory: type["Remembered"]) -> dict[str, Any]:
    """What an UPDATE of work that was put off writes to let it be tried soon, and never later than was planned.

    No sooner than `OVERLAP` from now: what was called last may be on its way still, and the next try may ask the other
    side what came of it. Attempts stay counted, so that the next one has the key that it would have had.
    """
    return {"next_attempt_at": func.least(memory.next_attempt_at, func.now() + OVERLAP), "hinted_at": None}


def discarded_as(who: str, because: str) -> dict[str, Any]:
    """What an UPDATE of parked or refused work writes to end it for good."""
    return {"state": WorkState.DISCARDED, "discarded_by": who, "discarded_because": because}


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
    discarded_by: Mapped[str | None]
    discarded_because: Mapped[str | None]

    # whether a refusal waits for a person, too; elsewhere it was an answer
    refusals_wait: ClassVar[bool] = False
    # when this process took it, by its monotonic clock; it is no column
    taken_at_seconds = 0.0

    @property
    def what(self) -> str:
        """Which kind of work it is: an event type, a command, a topic."""
        raise NotImplementedError

    def log_context(self) -> dict[str, str]:
        """What every log line about this piece of work carries."""
        raise NotImplementedError


DISCARDED_BY_SOMEBODY = "(state = 'discarded') = (discarded_by IS NOT NULL AND discarded_because IS NOT NULL)"


# where `refusals_wait`
WAITING_OR_REFUSED = "state IN ('parked', 'rejected')"


def memory_constraints(table: str, waiting: str = "state = 'parked'") -> tuple[object, ...]:
    """Known states only, and two small indexes: the work that is not finished, and the work that waits for a person."""
    return (
        one_of("state", WorkState),
        CheckConstraint(DISCARDED_BY_SOMEBODY, name="discarded_by_somebody"),
        Index(f"ix_{table}_parked", "id", postgresql_where=text(waiting)),
        Index(f"ix_{table}_due", "next_attempt_at", postgresql_where=text("state = 'ready'")),
    )


def is_free(memory: type[Remembered]) -> ColumnElement[bool]:
    """Ready, due, and in nobody's hands."""
    return and_(
        memory.state == WorkState.READY,
        memory.next_attempt_at <= func.now(),
        or_(memory.lease_until.is_(None), memory.lease_until < func.now()),
    )


def is_put_off(memory: type[Remembered]) -> ColumnElement[bool]:
    """Tried in vain, or not even tried for want of a vendor: it is tried again by itself, whenever that is."""
    return and_(memory.state == WorkState.READY, memory.error.is_not(None))


def put_off_since(memory: type[Remembered]) -> ColumnElement[datetime]:
    """When it was tried first; of what was not even tried, when it came."""
    return func.coalesce(memory.first_attempt_at, memory.created_at)


def waits_for_a_person(memory: type[Remembered]) -> ColumnElement[bool]:
    """Parked; and where a refusal was no answer to anybody, refused."""
    waiting = (WorkState.PARKED, WorkState.REJECTED) if memory.refusals_wait else (WorkState.PARKED,)
    return memory.state.in_(waiting)
