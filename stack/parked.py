"""What waits for a person: parked work, subscriptions that were set aside, money to look at, claims, bank lines."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from billing.manual_payments.queries import IS_UNDECIDED
from billing.manual_payments.tables import PaymentClaim
from billing.receipts.queries import NEEDS_A_LOOK
from billing.receipts.tables import Receipt
from billing.statements.queries import IS_LEFT_OPEN, IS_MISSING
from billing.statements.tables import StatementLine
from billing.subscriptions.tables import Subscription
from billing.whose_work import accounts_of
from database.memories import MEMORIES, Memory
from database.memory import waits_for_a_person
from settings import Settings
from stack.errors import StackError
from stack.parked_rows import Parked, Row, describe, page_about
from stack.sessions import reading


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of rows: which of them wait, and since when."""

    row: type[Row]
    waits: ColumnElement[bool]
    since: Any


@dataclass(frozen=True, slots=True)
class Listing:
    """The newest of what waits, the oldest of these first; and how many older ones there are besides."""

    rows: list[Parked]
    older: int


def _of_memory(memory: type[Memory]) -> Waiting:
    return Waiting(memory, waits_for_a_person(memory), func.coalesce(memory.finished_at, memory.created_at))


KINDS = (
    *(_of_memory(memory) for memory in MEMORIES),
    Waiting(Subscription, Subscription.failed_at.is_not(None), Subscription.failed_at),
    Waiting(Receipt, or_(and_(*NEEDS_A_LOOK), IS_MISSING), Receipt.received_at),
    Waiting(PaymentClaim, IS_UNDECIDED, PaymentClaim.created_at),
    Waiting(StatementLine, IS_LEFT_OPEN, StatementLine.created_at),
)


def list_parked(settings: Settings, limit: int) -> Listing:
    """What waits, of all kinds together. Costs the same few questions however much it is."""
    with reading(settings) as opened:
        rows = [row for kind in KINDS for row in _newest(opened, kind, limit)]
        accounts = accounts_of(opened, rows)
        told = sorted((describe(row, accounts.get(row.id)) for row in rows), key=lambda parked: (parked.at, parked.id))
        total = sum(_count(opened, kind) for kind in KINDS)
        return Listing(told[-limit:], max(0, total - limit))


def show(settings: Settings, row_id: UUID) -> str:
    """All that is known of one of them, personal data masked. Raises StackError when nothing parked has this id."""
    with reading(settings) as opened:
        row = find(opened, row_id)
        return page_about(row, describe(row, accounts_of(opened, [row]).get(row.id)))


def find(opened: Session, row_id: UUID) -> Row:
    """The row of this id that waits. Raises StackError when none does."""
    for kind in KINDS:
        row = opened.scalar(select(kind.row).where(kind.row.id == row_id, kind.waits))
        if row is not None:
            return cast("Row", row)
    raise StackError(f"nothing parked has the id {row_id}; `cashbeat parked` lists what has")


def _newest(opened: Session, kind: Waiting, limit: int) -> list[Row]:
    newest = select(kind.row).where(kind.waits).order_by(kind.since.desc(), kind.row.id.desc()).limit(limit)
    return cast("list[Row]", list(opened.scalars(newest)))


def _count(opened: Session, kind: Waiting) -> int:
    return opened.scalars(select(func.count()).select_from(kind.row).where(kind.waits)).one()
