"""What waits for a person: parked work, which may run again, and money that fits nothing, which may be seen."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from billing.cycle.renewal.set_aside import list_set_aside, take_up
from billing.money import Money, format_major
from billing.receipts.look_at import list_unseen, look_at
from billing.receipts.tables import Receipt
from billing.subscriptions.tables import Subscription
from database.inbox import InboxEvent
from database.memory import Remembered, WorkState, ready_again
from database.operations import Operation
from database.outbox import OutboxEntry
from settings import Settings
from stack.errors import StackError
from stack.sessions import reading, session

MEMORIES: dict[str, type[InboxEvent] | type[Operation] | type[OutboxEntry]] = {
    "inbox": InboxEvent,
    "operations": Operation,
    "outbox": OutboxEntry,
}
LISTED_MAX = 200


@dataclass(frozen=True, slots=True)
class Parked:
    """One row that waits for a person: `what` it is (event type, command or topic) and the last line of its error."""

    memory: str
    id: UUID
    what: str
    attempts: int
    reason: str


def list_parked(settings: Settings) -> list[Parked]:
    """The oldest parked rows of each memory, refused e-mails (sent again by decision), subscriptions and receipts."""
    with reading(settings) as opened:
        work = [
            _describe(name, row)
            for name, memory in MEMORIES.items()
            for row in opened.scalars(select(memory).where(_waits(memory)).order_by(memory.id).limit(LISTED_MAX))
        ]
        subscriptions = [_describe_subscription(row) for row in list_set_aside(opened, LISTED_MAX)]
        return [*work, *subscriptions, *map(_describe_receipt, list_unseen(opened, LISTED_MAX))]


def replay(settings: Settings, row_id: UUID) -> str:
    """Give a parked row all its attempts again; the sweep rings for it within seconds. Returns the memory's name.

    Raises StackError when no parked row has this id.
    """
    with session(settings) as opened:
        for name, memory in MEMORIES.items():
            values = ready_again() | ({"problem": None} if memory is Operation else {})
            statement = update(memory).where(memory.id == row_id, _waits(memory)).values(values).returning(memory.id)
            if opened.scalar(statement.execution_options(synchronize_session=False)) is not None:
                return name
        if take_up(opened, row_id):
            return "subscriptions"
    raise StackError(f"nothing parked has the id {row_id}; `cashbeat parked` lists what has")


def see(settings: Settings, receipt_id: UUID) -> None:
    """A person has looked at this receipt. Raises StackError when it waits for nobody."""
    with session(settings) as opened:
        if not look_at(opened, receipt_id):
            raise StackError(f"no receipt {receipt_id} waits for a person; `cashbeat parked` lists those that do")


def _describe_receipt(row: Receipt) -> Parked:
    """Money that came and fits nothing, and is kept; or that left again (then it is negative), or came back."""
    moved, kept = Money(row.amount_minor, row.currency), Money(row.kept_minor, row.currency)
    of_whom = f"of account {row.account_id}, {format_major(kept)} of it kept"
    reason = f"{row.source} of {format_major(moved)} {of_whom}"
    return Parked("receipts", row.id, str(row.remark), 1, reason)


def _describe_subscription(row: Subscription) -> Parked:
    """One that the cycle could not bring on; replaying it lets the cycle try again."""
    return Parked("subscriptions", row.id, str(row.status), 1, row.failure.strip().rpartition("\n")[2])


def _waits(memory: type[Remembered]) -> ColumnElement[bool]:
    """Parked; or an e-mail that was not sent again blindly. A rejected command was answered and stays as it is."""
    if memory is OutboxEntry:
        return memory.state.in_((WorkState.PARKED, WorkState.REJECTED))
    return memory.state == WorkState.PARKED


def _describe(memory: str, row: Any) -> Parked:
    what = {"inbox": "event_type", "operations": "kind", "outbox": "topic"}[memory]
    reason = (row.error or "").strip().rpartition("\n")[2]
    return Parked(memory, row.id, getattr(row, what), row.attempts, reason)
