"""Operations as the API shows them."""

from datetime import UTC, datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from database.memory import WorkState
from database.operations import Operation
from ingress.identity import Identity
from ingress.problems import Problem
from ingress.reads import Reads
from schemas.views.operations import OperationView, Status

JSON = "application/json"
PERMISSION = "operations:read"
FINISHED: dict[str, Literal["succeeded", "failed", "parked"]] = {
    WorkState.DONE: "succeeded",
    WorkState.REJECTED: "failed",
    WorkState.PARKED: "parked",
    # a person decided against it
    WorkState.DISCARDED: "failed",
}


class OperationRow(Protocol):
    """The columns that a view needs, whoever read them."""

    id: Any
    kind: str
    state: Any
    attempts: int
    lease_until: datetime | None
    created_at: datetime
    finished_at: datetime | None
    result: dict[str, Any] | None
    problem: dict[str, Any] | None


class Operations:
    """`GET /v1/operations/{id}`."""

    def __init__(self, reads: Reads, identity: Identity) -> None:
        self._reads = reads
        self._identity = identity

    async def show(self, request: Request) -> Response:
        """One of the caller's own operations, or of the product of its key's name; others' do not exist for it."""
        principal = await self._identity.require(request, PERMISSION)
        operation_id: UUID = request.path_params["id"]
        found = await self._reads.run(
            lambda session: find(session, operation_id, principal.sees_operations_of), principal.sight
        )
        return Response(view_operation(found).model_dump_json(), media_type=JSON)


def view_operation(row: OperationRow) -> OperationView:
    """A stored operation as the API shows it."""
    return OperationView(
        id=row.id,
        kind=row.kind,
        status=status_of(row),
        attempts=row.attempts,
        created_at=row.created_at,
        finished_at=row.finished_at,
        result=row.result,
        problem=row.problem,
    )


def status_of(row: OperationRow) -> Status:
    """Ready rows are running once somebody tried; a live lease says so before the first attempt is counted."""
    if row.state in FINISHED:
        return FINISHED[row.state]
    if row.state == WorkState.AWAITING_APPROVAL:
        return "awaiting_approval"
    is_leased = row.lease_until is not None and row.lease_until > datetime.now(UTC)
    return "running" if row.attempts > 0 or is_leased else "queued"


def is_final(row: OperationRow) -> bool:
    """Whether the row will not change by itself any more."""
    return row.state in FINISHED


def find(session: Session, operation_id: UUID, callers: tuple[str, ...]) -> Operation:
    """An operation of one of these callers; raises Problem 404 for another one."""
    found = find_any(session, operation_id, callers)
    if found is None:
        raise Problem(404, "operation_not_found", f"There is no operation {operation_id}.")
    return found


def find_any(session: Session, operation_id: UUID, callers: tuple[str, ...]) -> Operation | None:
    """The same, None where there is none."""
    return session.scalar(select(Operation).where(Operation.id == operation_id, Operation.caller.in_(callers)))
