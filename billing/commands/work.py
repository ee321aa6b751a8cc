"""What an operator decides about work that waits for a person."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.commands.person import asker_of
from billing.commands.verb import Result, Verb
from billing.errors import Rejected
from billing.whose_work import get_follow_up, get_inbox_event, get_operation
from database.audit.changes import tell_change
from database.discard_work import discard_work
from database.inbox import InboxEvent
from database.memory import WorkState
from database.operations import Operation
from database.outbox import OutboxEntry
from database.replay_work import replay_work
from schemas.commands.base import Command
from schemas.commands.work import (
    DiscardFollowUp,
    DiscardInboxEvent,
    DiscardOperation,
    ReplayFollowUp,
    ReplayInboxEvent,
    ReplayOperation,
)

Row = Operation | InboxEvent | OutboxEntry
Discard = DiscardOperation | DiscardInboxEvent | DiscardFollowUp
# by which field each memory's commands name a row, and who finds it
FIELDS: Mapping[str, Callable[[Session, UUID], Row]] = {
    "operation_id": get_operation, "inbox_id": get_inbox_event, "outbox_id": get_follow_up,
}  # fmt: skip


def _replay(session: Session, operation: Operation, command: Command, now: datetime) -> Result:
    row = _named(session, command)
    before = row.state
    if not replay_work(session, [type(row)], row.id):
        raise Rejected("work_not_waiting", f"It is {before}: only what is parked or put off runs again.", status=409)
    _tell(session, row, before, WorkState.READY)
    return {"id": str(row.id), "decision": "replayed"}


def _discard(session: Session, operation: Operation, command: Discard, now: datetime) -> Result:
    row = _named(session, command)
    before = row.state
    if not discard_work(session, [type(row)], row.id, asker_of(session, operation), command.reason):
        raise Rejected("work_not_parked", f"It is {before}: only what is parked is discarded.", status=409)
    _tell(session, row, before, WorkState.DISCARDED)
    return {"id": str(row.id), "decision": "discarded"}


def _named(session: Session, command: Command) -> Row:
    return next(find(session, getattr(command, field)) for field, find in FIELDS.items() if hasattr(command, field))


def _tell(session: Session, row: Row, before: WorkState, after: WorkState) -> None:
    tell_change(session, f"{row.__tablename__}/{row.id}", {"state": before}, {"state": after})


VERBS: Mapping[type[Command], Verb] = {
    ReplayOperation: _replay,
    ReplayInboxEvent: _replay,
    ReplayFollowUp: _replay,
    DiscardOperation: _discard,
    DiscardInboxEvent: _discard,
    DiscardFollowUp: _discard,
}
