"""How the pipeline's memories and queues stand: `/metrics` tells these figures to machines, the console to people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.events.queries import undelivered_seconds, untold_seconds
from billing.manual_payments.queries import count_undecided
from billing.receipts.queries import count_unseen
from billing.statements.queries import count_left_open, count_missing
from billing.subscriptions.queries import count_set_aside
from database.memories import MEMORIES
from database.memory import Remembered, is_free, is_put_off, put_off_since, waits_for_a_person
from database.upkeep import heartbeat_ages
from schemas.messages import MESSAGES

QUEUES = sorted({message.queue for message in MESSAGES})
HEARTBEAT_AGE_SECONDS_MAX = 120.0  # beat asks every queue every 15 seconds


@dataclass(frozen=True, slots=True)
class MemoryFigures:
    """One memory: `due` and in nobody's hands, `put_off` and tried again by itself, `parked` until an operator looks.

    The seconds are those since the longest waiting of them was due, and since the first was tried; 0 where there are
    none.
    """

    due: int
    oldest_due_seconds: float
    put_off: int
    oldest_put_off_seconds: float
    parked: int


@dataclass(frozen=True, slots=True)
class RunningFigures:
    """The memories by their tables, what else waits for a person, and each queue's last heartbeat.

    Of a queue that never had one it is None; the `late` ones had none for two minutes.
    """

    memories: Mapping[str, MemoryFigures]
    for_people: Mapping[str, int]
    heartbeat_seconds: Mapping[str, float | None]
    late: frozenset[str]
    untold_seconds: float
    undelivered_seconds: float


def read_memories(session: Session) -> dict[str, MemoryFigures]:
    """Each by its table."""
    return {memory.__tablename__: _figures(session, memory) for memory in MEMORIES}


def count_for_people(session: Session) -> dict[str, int]:
    """What waits for a person beside them, by its table."""
    return {
        "subscriptions": count_set_aside(session),
        "receipts": count_unseen(session) + count_missing(session),
        "payment_claims": count_undecided(session),
        "statement_lines": count_left_open(session),
    }


def read_running(session: Session) -> RunningFigures:
    """All of it, now."""
    ages = heartbeat_ages(session)
    return RunningFigures(
        memories=read_memories(session),
        for_people=count_for_people(session),
        heartbeat_seconds={queue: ages.get(queue) for queue in QUEUES},
        late=frozenset(late_queues(ages)),
        untold_seconds=untold_seconds(session),
        undelivered_seconds=undelivered_seconds(session),
    )


def late_queues(ages: Mapping[str, float]) -> list[str]:
    """Those whose heart has not beaten for two minutes, or never."""
    return [queue for queue in QUEUES if ages.get(queue, float("inf")) > HEARTBEAT_AGE_SECONDS_MAX]


def _figures(session: Session, memory: type[Remembered]) -> MemoryFigures:
    due, oldest_due = _count_and_age(session, memory.next_attempt_at, is_free(memory))
    put_off, oldest_put_off = _count_and_age(session, put_off_since(memory), is_put_off(memory))
    parked = session.scalar(select(func.count()).where(waits_for_a_person(memory))) or 0
    return MemoryFigures(due, oldest_due, put_off, oldest_put_off, parked)


def _count_and_age(
    session: Session, since: ColumnElement[datetime] | InstrumentedAttribute[datetime], which: ColumnElement[bool]
) -> tuple[int, float]:
    age = func.extract("epoch", func.now() - func.min(since))
    count, oldest_seconds = session.execute(select(func.count(), func.coalesce(age, 0)).where(which)).one()
    return count, float(oldest_seconds)
