"""What waits for a person: parked work, to run again or be discarded, and money to look at, which may be seen."""

import getpass
from collections.abc import Iterator
from typing import cast
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.cycle.renewal.set_aside import list_set_aside, take_up
from billing.receipts.look_at import list_unseen, look_at
from database.inbox import InboxEvent
from database.memory import discarded_as, ready_again, waits_for_a_person
from database.operations import DISCARDED_PROBLEM, Operation
from database.outbox import OutboxEntry
from logs import redact_text
from settings import Settings
from stack.errors import StackError
from stack.parked_rows import Parked, Work, body_of, describe, describe_receipt, describe_subscription
from stack.sessions import reading, session

MEMORIES: dict[str, type[InboxEvent] | type[Operation] | type[OutboxEntry]] = {
    "inbox": InboxEvent,
    "operations": Operation,
    "outbox": OutboxEntry,
}
LISTED_MAX = 200
BECAUSE_CHARACTERS_MAX = 500


def list_parked(settings: Settings) -> list[Parked]:
    """The oldest parked rows of each memory, refused e-mails (sent again by decision), subscriptions and receipts."""
    with reading(settings) as opened:
        subscriptions = [describe_subscription(row) for row in list_set_aside(opened, LISTED_MAX)]
        receipts = map(describe_receipt, list_unseen(opened, LISTED_MAX))
        return [*_parked_work(opened), *subscriptions, *receipts]


def show(settings: Settings, row_id: UUID) -> str:
    """All that is known of one of them, personal data masked. Raises StackError when nothing parked has this id."""
    with reading(settings) as opened:
        row = _find(opened, row_id)
        head = describe(opened, row)
        ids = "".join(f"{name:<13} {value}\n" for name, value in row.log_context().items())
        return (
            f"{'id':<13} {row.id}\n{ids}{'what':<13} {head.what}\n{'account':<13} {head.account_id or '-'}\n"
            f"{'since':<13} {head.at.isoformat()}\n{'attempts':<13} {row.attempts}\n\n"
            f"{redact_text(row.error or '(no error is written down)').strip()}\n\n{body_of(row)}"
        )


def replay(settings: Settings, row_id: UUID) -> str:
    """Give a parked row all its attempts again; the sweep rings for it within seconds. Returns the memory's name.

    Raises StackError when no parked row has this id.
    """
    with session(settings) as opened:
        for name, memory in MEMORIES.items():
            values = ready_again() | ({"problem": None} if memory is Operation else {})
            statement = update(memory).where(memory.id == row_id, waits_for_a_person(memory)).values(values)
            if opened.scalar(statement.returning(memory.id), execution_options={"synchronize_session": False}):
                return name
        if take_up(opened, row_id):
            return "subscriptions"
    raise StackError(f"nothing parked has the id {row_id}; `cashbeat parked` lists what has")


def discard(settings: Settings, row_id: UUID, because: str) -> str:
    """Decide that a parked row is never run again. It stays, with who decided so and why. Returns the memory's name.

    Raises StackError for a reason that is none, and when no parked row of a memory has this id.
    """
    reason = " ".join(because.split())
    if not 0 < len(reason) <= BECAUSE_CHARACTERS_MAX:
        raise StackError(f"say why in up to {BECAUSE_CHARACTERS_MAX} characters")
    with session(settings) as opened:
        for name, memory in MEMORIES.items():
            values = discarded_as(getpass.getuser(), reason)
            values |= {"problem": DISCARDED_PROBLEM} if memory is Operation else {}
            statement = update(memory).where(memory.id == row_id, waits_for_a_person(memory)).values(values)
            if opened.scalar(statement.returning(memory.id), execution_options={"synchronize_session": False}):
                return name
    others = "money is `cashbeat seen`, and a subscription goes on with `cashbeat replay`"
    raise StackError(f"no parked work has the id {row_id}; {others}")


def see(settings: Settings, receipt_id: UUID) -> None:
    """A person has looked at this receipt. Raises StackError when it waits for nobody."""
    with session(settings) as opened:
        if not look_at(opened, receipt_id):
            raise StackError(f"no receipt {receipt_id} waits for a person; `cashbeat parked` lists those that do")


def _parked_work(opened: Session) -> Iterator[Parked]:
    for memory in MEMORIES.values():
        waiting = select(memory).where(waits_for_a_person(memory)).order_by(memory.created_at, memory.id)
        for row in opened.scalars(waiting.limit(LISTED_MAX)):
            yield describe(opened, cast("Work", row))


def _find(opened: Session, row_id: UUID) -> Work:
    for memory in MEMORIES.values():
        row = opened.scalar(select(memory).where(memory.id == row_id, waits_for_a_person(memory)))
        if row is not None:
            return cast("Work", row)
    raise StackError(f"no parked work has the id {row_id}; `cashbeat parked` lists what has")
