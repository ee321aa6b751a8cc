"""What is dangerous is done once, looked at, and taken back until another person has approved exactly that."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from billing.approvals.ask import ask_second_person, mark_stale
from billing.approvals.check import ApprovalStale, SecondPersonNeeded, check_second_person
from billing.commands.dangers import DANGERS
from billing.commands.person import asker_of
from database.memory import WorkState
from database.operations import Operation, let_wait
from schemas.commands.base import Command
from workers import claims
from workers.claims import Act
from workers.endings import tell
from workers.wiring import Work


def seconded(operation: Operation, command: Command, act: Act) -> Act:
    """The same act, kept only where nobody has to approve it or somebody has; else it raises as
    `check_second_person`, and nothing of it is kept.
    """
    danger = DANGERS.get(type(command))
    if danger is None:
        return act

    def acted(session: Session) -> dict[str, Any] | None:
        result = act(session)
        session.flush()
        check_second_person(session, operation, danger(session, operation, command, result or {}))
        return result

    return acted


def finish_or_wait(work: Work, operation: Operation, prepare: Callable[[], Act]) -> None:
    """Finish the operation by the act that is prepared, or let it wait for a second person: either may call for one."""
    try:
        claims.finish(work.database, operation, prepare())
    except SecondPersonNeeded as needed:
        _wait(work, operation, needed, work.wall().at)
    except ApprovalStale:
        with work.database.transaction() as session:
            mark_stale(session, operation)
        raise


def _wait(work: Work, operation: Operation, needed: SecondPersonNeeded, now: datetime) -> None:
    with work.database.transaction() as session:
        if not claims.still_ours(session, operation):
            return
        let_wait(session, operation.id)
        ask_second_person(session, operation, needed.effect, asker_of(session, operation), now)
    tell(operation, WorkState.AWAITING_APPROVAL)
