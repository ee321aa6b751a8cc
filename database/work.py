"""Reads of remembered work for whoever looks after it: by how it stands, the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, func, or_, select
from sqlalchemy.orm import Session

from database.inbox import InboxEvent
from database.memory import WorkState, waits_for_a_person
from database.operations import BY_MACHINES, Operation
from database.outbox import OutboxEntry
from database.pages import Between, Paging, narrowed, newest_first

Heard = TypeVar("Heard", InboxEvent, OutboxEntry)

PARKED = "parked"
# what is parked waits for a person, and what was refused does so, too
STATUSES: Mapping[WorkState, str] = {
    WorkState.READY: "waiting",
    WorkState.AWAITING_APPROVAL: "waiting",
    WorkState.DONE: "done",
    WorkState.REJECTED: PARKED,
    WorkState.PARKED: PARKED,
    WorkState.DISCARDED: "discarded",
}


@dataclass(frozen=True, slots=True)
class Said:
    """Which commands; None wants nothing. `status` is one of those that the API shows of an operation.

    What machines do by the thousand is left out, unless `kind` names it, or it is parked.
    """

    kind: str | None = None
    status: str | None = None
    caller: str | None = None
    created: Between | None = None
    about: ColumnElement[bool] | None = None


def list_operations(session: Session, paging: Paging, said: Said) -> tuple[list[Operation], str | None]:
    """A page of everybody's commands, and the cursor of the next one."""
    query = narrowed(
        select(Operation),
        (Operation.kind, said.kind),
        (Operation.caller, said.caller),
        (Operation.created_at, said.created),
    )
    if said.status is not None:
        query = query.where(_stands(said.status))
    if said.kind not in BY_MACHINES and said.status != PARKED:
        query = query.where(Operation.kind.not_in(BY_MACHINES))
    if said.about is not None:
        query = query.where(said.about)
    return newest_first(session, query, Operation, paging)


def list_work(
    session: Session,
    memory: type[Heard],
    paging: Paging,
    status: str | None,
    *wanted: tuple[SQLColumnExpression[Any], Any],
) -> tuple[list[Heard], str | None]:
    """A page of what gateways told, or of what must follow; `status` is one of the words in `STATUSES`."""
    query = narrowed(select(memory), *wanted)
    if status == PARKED:
        query = query.where(waits_for_a_person(memory))
    elif status is not None:
        query = query.where(memory.state.in_([state for state, word in STATUSES.items() if word == status]))
    return newest_first(session, query, memory, paging)


def _stands(status: str) -> ColumnElement[bool]:
    """In the words of the API, see `ingress.operations`: what somebody has tried, or has in hand, is running."""
    is_ready = Operation.state == WorkState.READY
    is_begun = or_(Operation.attempts > 0, func.coalesce(Operation.lease_until > func.now(), false()))
    by_status: Mapping[str, ColumnElement[bool]] = {
        "queued": and_(is_ready, ~is_begun),
        "running": and_(is_ready, is_begun),
        "awaiting_approval": Operation.state == WorkState.AWAITING_APPROVAL,
        "succeeded": Operation.state == WorkState.DONE,
        "failed": Operation.state.in_([WorkState.REJECTED, WorkState.DISCARDED]),
        PARKED: Operation.state == WorkState.PARKED,
    }
    return by_status[status]
