"""What waits for a person is listed whole, shown without anybody's name, run again or decided against."""

import re
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from database.engine import Database
from database.ids import uuid7
from database.inbox import InboxEvent, remember
from database.memory import WorkState
from database.operations import Operation, stage_command
from database.outbox import OutboxEntry, stage
from database.unverified import UnverifiedEvent
from ingress.metrics import _read_gauges
from settings import Settings
from stack import parked, parked_decisions
from stack.errors import StackError
from tests.stack.forked import cashbeat

GAVE_UP = {"state": WorkState.PARKED, "attempts": 8, "finished_at": text("'2026-11-29 03:10:00Z'")}
TRACEBACK = 'Traceback (most recent call last):\n  File "calls/x.py", line 7\nValueError: for jo@example.com'


def _park(database: Database, whose_id: UUID) -> tuple[UUID, UUID, UUID]:
    """An event, a command and an e-mail that was refused, all of one customer."""
    body = '{"id": "evt_7", "data": {"object": {"customer": "cus_7", "email": "jo@example.com", "amount": 9900}}}'
    with database.transaction() as session:
        session.execute(
            text("INSERT INTO gateway_customers (gateway, customer_ref, account_id) VALUES ('stripe', 'cus_7', :id)"),
            {"id": whose_id},
        )
        (event_id,) = remember(session, "stripe", [("evt_7", "charge.refunded", body)])
        command_id = stage_command(session, "open_portal", {"account_id": str(whose_id), "name": "Jo Smith"}, "test")
        stage(session, "low_credits", whose_id, "low_credits/1")
        session.execute(update(InboxEvent).values({**GAVE_UP, "error": TRACEBACK}))
        session.execute(update(Operation).values({**GAVE_UP, "error": TRACEBACK, "problem": {"status": 500}}))
        session.execute(update(OutboxEntry).values({**GAVE_UP, "state": WorkState.REJECTED, "error": "no: unknown"}))
        email_id = session.execute(text("SELECT id FROM outbox")).scalar_one()
    return event_id, command_id, email_id


def test_each_line_says_since_when_what_by_which_id_whose_and_why(
    books_of_owner: Database, whose_id: UUID, tmp_path: Path, database_url: str
) -> None:
    event_id, command_id, email_id = _park(books_of_owner, whose_id)
    shown = cashbeat("parked", home=tmp_path, DATABASE_URL=database_url).stdout.splitlines()
    at, whose, fault = "2026-11-29T03:10:00Z", f"account {whose_id}  8 attempts", "ValueError: for j***@example.com"
    assert shown == [
        f"{at}  {event_id}  inbox       charge.refunded  evt_7  {whose}  {fault}",
        f"{at}  {command_id}  operations  open_portal  {command_id}  {whose}  {fault}",
        f"{at}  {email_id}  outbox      low_credits  {email_id}  {whose}  no: unknown",
    ]


def test_what_could_not_be_verified_for_hours_is_listed_and_runs_again(
    books_of_owner: Database, tmp_path: Path, database_url: str
) -> None:
    row_id = uuid7()
    named = {"gateway": "paypal", "transmission_id": "t-1", "event_id": "WH-7", "event_type": "PAYMENT.CAPTURE.DENIED"}
    noted = {"certificate_url": "https://", "evidence": {}, "body": '{"payer": {"email_address": "jo@example.com"}}'}
    with books_of_owner.transaction() as session:
        session.add(UnverifiedEvent(id=row_id, **named, **noted))
        session.flush()
        session.execute(update(UnverifiedEvent).values({**GAVE_UP, "error": "no certificate came"}))
    told = partial(cashbeat, home=tmp_path, DATABASE_URL=database_url)
    listed = told("parked").stdout
    assert listed.split()[1:5] == [str(row_id), "unverified_events", "PAYMENT.CAPTURE.DENIED", "WH-7"]
    shown = told("parked", "show", str(row_id)).stdout
    assert "no certificate came" in shown
    assert "jo@example.com" not in shown
    assert told("replay", str(row_id)).returncode == 0
    assert told("parked").stdout.split()[:1] != listed.split()[:1]
    with books_of_owner.transaction() as session:
        assert session.get_one(UnverifiedEvent, row_id).state is WorkState.READY


def test_the_figure_counts_all_that_is_listed(books_of_owner: Database, whose_id: UUID, at_home: Settings) -> None:
    _park(books_of_owner, whose_id)
    with books_of_owner.transaction() as session:
        (counted,) = [values for name, _, _, values in _read_gauges(session) if name == "cashbeat_parked_rows"]
    assert counted == {
        "inbox": 1.0, "unverified_events": 0.0, "operations": 1.0, "outbox": 1.0, "subscriptions": 0.0,
        "receipts": 0.0, "payment_claims": 0.0, "statement_lines": 0.0,
    }  # fmt: skip
    assert sum(counted.values()) == len(parked.list_parked(at_home, 200).rows)


def test_one_is_shown_with_its_traceback_and_body_and_nobodys_name(
    books_of_owner: Database, whose_id: UUID, at_home: Settings
) -> None:
    event_id, command_id, email_id = _park(books_of_owner, whose_id)
    event, command = parked.show(at_home, event_id), parked.show(at_home, command_id)
    for shown in (event, command):
        assert 'File "calls/x.py", line 7\nValueError: for j***@example.com' in shown
        assert str(whose_id) in shown
        assert "Jo Smith" not in shown
        assert "jo@" not in shown
    assert '"amount": 9900' in event
    assert '"customer": "cus_7"' in event
    assert "cause low_credits/1" in parked.show(at_home, email_id)
    with pytest.raises(StackError, match="nothing parked has the id"):
        parked.show(at_home, uuid4())


def test_what_is_discarded_stays_with_who_and_why_and_never_runs_again(
    books_of_owner: Database, whose_id: UUID, at_home: Settings, tmp_path: Path, database_url: str
) -> None:
    event_id, command_id, email_id = _park(books_of_owner, whose_id)
    told = ("parked", "discard", str(command_id), "--because", "asked for\nby the customer")
    assert cashbeat(*told, home=tmp_path, DATABASE_URL=database_url, SUDO_USER="", LOGNAME="mona").returncode == 0
    assert parked_decisions.discard(at_home, event_id, "seen in the dashboard", "jo") == "inbox"
    assert parked_decisions.discard(at_home, email_id, "the address is gone", "jo") == "outbox"
    assert parked.list_parked(at_home, 200).rows == []
    with books_of_owner.transaction() as session:
        kept = session.get_one(Operation, command_id)
    assert (kept.state, kept.discarded_by, kept.discarded_because, kept.attempts) == (
        WorkState.DISCARDED, "mona", "asked for by the customer", 8,
    )  # fmt: skip
    assert kept.problem is not None
    assert (kept.error, kept.problem["type"]) == (TRACEBACK, "urn:cashbeat:problem:discarded")
    with pytest.raises(StackError, match="nothing parked has the id"):
        parked_decisions.replay(at_home, event_id)
    with pytest.raises(StackError, match="nothing parked has the id"):
        parked_decisions.discard(at_home, event_id, "again", "jo")


def test_a_reason_is_wanted(books_of_owner: Database, whose_id: UUID, at_home: Settings) -> None:
    event_id, _, _ = _park(books_of_owner, whose_id)
    for because in ("", " \n", "x" * 501):
        with pytest.raises(StackError, match="say why"):
            parked_decisions.discard(at_home, event_id, because, "jo")
    assert len(parked.list_parked(at_home, 200).rows) == 3


def test_what_others_wrote_neither_steers_the_terminal_nor_forges_a_line(
    books_of_owner: Database, whose_id: UUID, tmp_path: Path, database_url: str
) -> None:
    kind, error = "\x1b[2J\n2026-11-29 all is well" + "k" * 1_000, "ValueError: \x1b]0;mine\x07\u202e\x9b\r\n"
    with books_of_owner.transaction() as session:
        (event_id,) = remember(session, "stripe", [("evt_\u202e7", kind, '{"id": "\\u009b\\u202e"}')])
        session.execute(update(InboxEvent).values({**GAVE_UP, "error": error}))
    listed = cashbeat("parked", home=tmp_path, DATABASE_URL=database_url).stdout
    shown = cashbeat("parked", "show", str(event_id), home=tmp_path, DATABASE_URL=database_url).stdout
    for told in (listed, shown):
        assert r"\x1b[2J\n2026-11-29 all is well" in told
        assert r"evt_\u202e7" in told
        assert r"ValueError: \x1b]0;mine\x07\u202e\x9b" in told
        assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", told) is None
    assert len(listed.splitlines()) == 1
    assert len(listed) < 1_000
    assert r'"id": "\x9b\u202e"' in shown


@pytest.mark.parametrize("depth", [600, 100_000])
def test_a_body_that_is_nested_deeply_is_shown_as_far_as_anybody_reads(
    depth: int, books_of_owner: Database, at_home: Settings
) -> None:
    body = '{"amount": 9900, "email": "jo@example.com", "deep": ' + "[" * depth + '"Jo Smith"' + "]" * depth + "}"
    with books_of_owner.transaction() as session:
        (event_id,) = remember(session, "stripe", [("evt_7", "charge.refunded", body)])
        session.execute(update(InboxEvent).values({**GAVE_UP, "error": TRACEBACK}))
    shown = parked.show(at_home, event_id)
    assert "jo@" not in shown
    assert "Jo Smith" not in shown
    assert 'File "calls/x.py", line 7' in shown
    assert "nested too deeply" in shown
