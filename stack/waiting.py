"""What was put off and is tried again by itself: since when, how often it was tried, when next, and why not yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.whose_work import accounts_of
from database.memories import MEMORIES, Memory
from database.memory import is_put_off, put_off_since
from logs import last_line
from settings import Settings
from stack.sessions import reading


@dataclass(frozen=True, slots=True)
class PutOff:
    """One row: since when it waits, `what` it is (event type, command or topic), whose it is, and when it is due."""

    memory: str
    id: UUID
    since: datetime
    what: str
    named: str
    account_id: UUID | None
    attempts: int
    next_attempt_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class WaitingList:
    """What has waited longest, the oldest first; and how many younger ones there are besides."""

    rows: list[PutOff]
    younger: int


def list_waiting(settings: Settings, limit: int) -> WaitingList:
    """What was put off, of all memories together."""
    with reading(settings) as opened:
        found = [each for memory in MEMORIES for each in _oldest(opened, memory, limit)]
        accounts = accounts_of(opened, [row for row, _ in found])
        told = [_describe(row, since, accounts.get(row.id)) for row, since in found]
        total = sum(_count(opened, memory) for memory in MEMORIES)
    oldest = sorted(told, key=lambda row: (row.since, row.id))[:limit]
    return WaitingList(oldest, total - len(oldest))


def _oldest(opened: Session, memory: type[Memory], limit: int) -> list[tuple[Memory, datetime]]:
    since = put_off_since(memory)
    waits = select(memory, since).where(is_put_off(memory)).order_by(since, memory.id).limit(limit)
    return cast("list[tuple[Memory, datetime]]", list(opened.execute(waits)))


def _count(opened: Session, memory: type[Memory]) -> int:
    return opened.scalars(select(func.count()).select_from(memory).where(is_put_off(memory))).one()


def _describe(row: Memory, since: datetime, account_id: UUID | None) -> PutOff:
    named = next(iter(row.log_context().values()))
    why = last_line(row.error or "")
    return PutOff(row.__tablename__, row.id, since, row.what, named, account_id, row.attempts, row.next_attempt_at, why)
