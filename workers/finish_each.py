"""Finish rows of a set in one transaction, each with an outcome of its own."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from database.among import is_among_those, listed
from database.engine import Database
from database.memory import WorkState, end, is_free
from database.operations import Operation
from database.update import update_rows
from workers.claims import ERROR_LENGTH_MAX, problem_of
from workers.endings import tell

WRITTEN = ("state", "result", "problem", "error", "finished_at", "lease_until", "lease_token")

# built once: it runs with every use of credits
FREE = (
    select(Operation.id, func.now().label("at"))
    .where(is_among_those(Operation.id, "ids"), is_free(Operation))
    .order_by(Operation.id)
    .with_for_update(skip_locked=True)
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # of none

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
        ours, at = _lock(session, operations)
        outcomes = act(session, ours) if ours else ()
        for operation, outcome in zip(ours, outcomes, strict=True):
            _end(operation, outcome, at)
        update_rows(session, ours, WRITTEN)
    for operation, outcome in zip(ours, outcomes, strict=True):
        said = {"code": outcome.code} if isinstance(outcome, Rejected) else {}
        tell(operation, operation.state, operation.error or "", **said)


def _lock(session: Session, operations: Sequence[Operation]) -> tuple[list[Operation], datetime]:
    """Those that nobody else has, in the given order, and what time it is."""
    rows = session.connection().execute(FREE, {"ids": listed(row.id for row in operations)})
    locked = {row.id: row.at for row in rows}
    # the time of the transaction, which all rows tell alike
    return [row for row in operations if row.id in locked], next(iter(locked.values()), EPOCH)


def _end(operation: Operation, outcome: Outcome, at: datetime) -> None:
    if isinstance(outcome, Rejected):
        end(operation, WorkState.REJECTED, at)
        operation.result, operation.problem = None, problem_of(outcome)
        operation.error = str(outcome)[-ERROR_LENGTH_MAX:]
    else:
        end(operation, WorkState.DONE, at)
        operation.result, operation.problem, operation.error = outcome, None, None
