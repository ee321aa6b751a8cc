"""The list is quick and says what it leaves out, in the very night in which much of it waits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, event, text, update

from billing.accounts.tables import GatewayCustomer
from database.engine import Database
from database.inbox import InboxEvent, remember
from database.memory import WorkState
from database.operations import Operation, stage_command
from database.outbox import OutboxEntry, stage
from settings import Settings
from stack.parked import list_parked
from stack.sessions import READING_SECONDS, reading
from tests.billing.conftest import NOON
from tests.stack.forked import cashbeat


def _park(database: Database, whose_id: UUID, numbers: range) -> None:
    """An event, a command and an e-mail for each number, a minute later than those of the one before."""
    customer = GatewayCustomer(gateway="stripe", customer_ref="cus_7", account_id=whose_id)
    hostile = '{"customer": "cus_7", "note": "\\u0000\\ud800"}'
    with database.transaction() as session:
        session.merge(customer)
        for number in numbers:
            remember(session, "stripe", [(f"evt_{number}", "charge.refunded", hostile)])
            stage_command(session, "open_portal", {"account_id": str(whose_id)}, "test")
            stage(session, "low_credits", whose_id, f"low_credits/{number}")
            session.flush()
            for memory in (InboxEvent, Operation, OutboxEntry):
                problem = {"problem": {"status": 500}} if memory is Operation else {}
                gave_up = {"state": WorkState.PARKED, "finished_at": NOON + timedelta(minutes=number), **problem}
                session.execute(update(memory).where(memory.state == WorkState.READY).values(gave_up))


@contextmanager
def _counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_many_rows_cost_no_more_questions_than_one(
    books_of_owner: Database, whose_id: UUID, tmp_path: Path, database_url: str
) -> None:
    settings = Settings(cashbeat_home=tmp_path, database_url=database_url)
    _park(books_of_owner, whose_id, range(1))
    with _counted() as of_one:
        one = list_parked(settings, 200)
    _park(books_of_owner, whose_id, range(1, 40))
    with _counted() as of_many:
        many = list_parked(settings, 200)
    assert (len(one.rows), len(many.rows), len(of_many)) == (3, 120, len(of_one))
    assert {row.account_id for row in many.rows} == {whose_id}


def test_the_newest_are_listed_the_last_of_them_at_the_end_and_the_others_are_counted(
    books_of_owner: Database, whose_id: UUID, tmp_path: Path, database_url: str
) -> None:
    _park(books_of_owner, whose_id, range(10))
    listed = cashbeat("parked", "--limit", "6", home=tmp_path, DATABASE_URL=database_url)
    times = [line[:20] for line in listed.stdout.splitlines()]
    assert times == ["2026-11-22T12:08:00Z"] * 3 + ["2026-11-22T12:09:00Z"] * 3
    assert listed.stderr.splitlines()[-1] == "24 more, older ones; `cashbeat parked --limit 30` lists them"
    whole = cashbeat("parked", home=tmp_path, DATABASE_URL=database_url)
    assert len(whole.stdout.splitlines()) == 30
    assert "more" not in whole.stderr


def test_the_deadline_is_that_of_each_question(tmp_path: Path, database_url: str) -> None:
    settings = Settings(cashbeat_home=tmp_path, database_url=database_url)
    with reading(settings) as session:
        for _ in range(2):
            session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": READING_SECONDS * 0.3})
            time.sleep(READING_SECONDS * 0.3)  # our own work is no fault of the server's
        assert session.scalar(text("SELECT 7")) == 7
