"""A refusal is an answer to whoever asked. Where nobody asked, it is an alarm, and waits for a person."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from billing.errors import Rejected
from billing.invariants import nothing_waits_too_long
from database.engine import Database
from database.inbox import InboxEvent, remember
from database.memory import Remembered, WorkState, waits_for_a_person
from database.operations import Operation, stage_command
from database.outbox import OutboxEntry, stage
from settings import Settings
from stack.parked import list_parked
from stack.parked_decisions import replay
from workers import claims

Memory = type[InboxEvent] | type[Operation] | type[OutboxEntry]


def _an_event(session: Session) -> None:
    remember(session, "stripe", [("evt_1", "invoice.paid", "{}")])


def _a_command(session: Session) -> None:
    stage_command(session, "open_account", {}, "a key", "1")


def _a_mail(session: Session) -> None:
    stage(session, "payment_failed", uuid4(), "payment_failed/1")


def _a_document(session: Session) -> None:
    stage(session, "invoice_pdf", uuid4(), "invoice_pdf/1")


@pytest.mark.parametrize(
    ("memory", "make", "is_alarm"),
    [
        (InboxEvent, _an_event, True),
        (OutboxEntry, _a_mail, True),
        (OutboxEntry, _a_document, True),
        (Operation, _a_command, False),
    ],
)
def test_what_a_rule_refuses(
    memory: Memory,
    make: Callable[[Session], None],
    is_alarm: bool,
    bare_database: Database,
    database_url: str,
    tmp_path: Path,
) -> None:
    with bare_database.transaction() as session:
        make(session)
        row_id = session.scalars(select(memory.id)).one()
    with capture_logs() as lines:
        (row,) = claims.take(bare_database, memory, [row_id])
        with claims.attempt(bare_database, row):
            raise Rejected("letters_missing", "No font has these letters.")
    (line,) = [line for line in lines if line["event"] == "rejected"]
    assert line["log_level"] == ("error" if is_alarm else "info")
    assert _state(bare_database, memory) == (WorkState.REJECTED, is_alarm)
    settings = Settings(cashbeat_home=tmp_path, database_url=database_url)
    assert [waiting.id for waiting in list_parked(settings, 200).rows] == [row_id] * is_alarm
    with bare_database.transaction() as session:
        assert len(nothing_waits_too_long.ask(session)) == is_alarm
    if is_alarm:
        replay(settings, row_id)
        assert _state(bare_database, memory) == (WorkState.READY, False)


def _state(database: Database, memory: type[Remembered]) -> tuple[WorkState, bool]:
    """Where the one row stands, and whether it counts among those that wait."""
    with database.transaction() as session:
        waits = session.scalar(select(memory.id).where(waits_for_a_person(memory))) is not None
        return session.scalars(select(memory.state)).one(), waits
