"""What an operator decides about work that waits for a person."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.commands.person import asker_of
from billing.commands.verb import Result, Verb
from billing.errors import Rejected
from billing.whose_work import get_work
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
# by which field each memory's commands name a row
FIELDS: Mapping[str, type[Row]] = {
    "operation_id": Operation, "inbox_id": InboxEvent, "outbox_id": OutboxEntry,
}  # fmt: skip


def _replay(session: Session, operation: Operation, command: Command, now: datetime) -> Result:
    memory, row_id = _named(command)
    before = get_work(session, memory, row_id).state
    if not replay_work(session, [memory], row_id):
        raise Rejected("work_not_waiting", f"It is {before}: only what is parked or put off runs again.", status=409)
    _tell(session, memory, row_id, before, WorkState.READY)
    return {"id": str(row_id), "decision": "replayed"}


def _discard(session: Session, operation: Operation, command: Discard, now: datetime) -> Result:
    memory, row_id = _named(command)
    before = get_work(session, memory, row_id).state
    if not discard_work(session, [memory], row_id, asker_of(session, operation), command.reason):
        raise Rejected("work_not_parked", f"It is {before}: only what is parked is discarded.", status=409)
    _tell(session, memory, row_id, before, WorkState.DISCARDED)
    return {"id": str(row_id), "decision": "discarded"}


def _named(command: Command) -> tuple[type[Row], UUID]:
    return next((memory, getattr(command, field)) for field, memory in FIELDS.items() if hasattr(command, field))


def _tell(session: Session, memory: type[Row], row_id: UUID, before: WorkState, after: WorkState) -> None:
    tell_change(session, f"{memory.__tablename__}/{row_id}", {"state": before}, {"state": after})


VERBS: Mapping[type[Command], Verb] = {
    ReplayOperation: _replay,
    ReplayInboxEvent: _replay,
    ReplayFollowUp: _replay,
    DiscardOperation: _discard,
    DiscardInboxEvent: _discard,
    DiscardFollowUp: _discard,
}
