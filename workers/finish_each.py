"""Finish rows of a set in one transaction, each with an outcome of its own."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from database.among import is_among
from database.engine import Database
from database.memory import WorkState, is_free
from database.operations import Operation
from database.update import update_rows
from workers.claims import ERROR_LENGTH_MAX, problem_of
from workers.endings import tell

WRITTEN = ("state", "result", "problem", "error", "finished_at", "lease_until", "lease_token")

Outcome = dict[str, Any] | Rejected


def finish_each(
    database: Database,
    operations: Sequence[Operation],
    act: Callable[[Session, Sequence[Operation]], Sequence[Outcome]],
) -> None:
    """Run `act` with those operations that are still free, and write the outcome of each beside its effect.

    All in one transaction: a refusal is an outcome, and anything else that is raised leaves every one as it was.
    """
    with database.transaction() as session:
        ours, finished_at = _lock(session, operations)
        outcomes = act(session, ours) if ours else ()
        for operation, outcome in zip(ours, outcomes, strict=True):
            operation.finished_at, operation.lease_until, operation.lease_token = finished_at, None, None
            _end(operation, outcome)
        update_rows(session, ours, WRITTEN)
    for operation, outcome in zip(ours, outcomes, strict=True):
        said = {"code": outcome.code} if isinstance(outcome, Rejected) else {}
        tell(operation, operation.state, operation.error or "", **said)


def _lock(session: Session, operations: Sequence[Operation]) -> tuple[list[Operation], Any]:
    """Those that nobody else has, in the given order, and what time it is."""
    free = select(Operation.id, func.now()).where(is_among(Operation.id, [row.id for row in operations]))
    locked = free.where(is_free(Operation)).order_by(Operation.id).with_for_update(skip_locked=True)
    found = dict(session.execute(locked).tuples().all())
    return [row for row in operations if row.id in found], next(iter(found.values()), None)


def _end(operation: Operation, outcome: Outcome) -> None:
    if isinstance(outcome, Rejected):
        operation.state, operation.result = WorkState.REJECTED, None
        operation.problem, operation.error = problem_of(outcome), str(outcome)[-ERROR_LENGTH_MAX:]
    else:
        operation.state, operation.result = WorkState.DONE, outcome
        operation.problem = operation.error = None
