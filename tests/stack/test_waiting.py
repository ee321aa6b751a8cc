"""What was put off is counted from its first try on, however late its next one is, and listed with why."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, update

from billing.credit_notes.tables import CreditNoteReason
from billing.ledger.post import post
from billing.money import Money
from billing.receipts.receive import capture_of, receive
from billing.receipts.tables import ReceiptRemark
from billing.receipts.write import write_receipts
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.tables import UsedCredits
from database.engine import Database
from database.ids import uuid7
from database.inbox import InboxEvent, remember
from database.memory import WorkState
from database.operations import Operation, stage_command
from database.outbox import OutboxEntry, stage
from ingress.metrics import _read_gauges
from tests.billing.conftest import NOON
from tests.stack.forked import cashbeat

LATER = func.now() + timedelta(hours=6)


def _put_off(database: Database, whose_id: UUID) -> tuple[UUID, UUID]:
    """A command that a vendor refused three times, an event of a vendor that is disabled; and a mail that is due."""
    with database.transaction() as session:
        command_id = stage_command(session, "open_portal", {"account_id": str(whose_id)}, "test")
        (event_id,) = remember(session, "stripe", [("evt_7", "charge.refunded", "{}")])
        stage(session, "low_credits", whose_id, "low_credits/1")
        tried = {"attempts": 3, "first_attempt_at": func.now() - timedelta(hours=2), "next_attempt_at": LATER}
        session.execute(update(Operation).values(**tried, error="Stripe refuses our key, ask jo@example.com"))
        untried = {"created_at": func.now() - timedelta(hours=1), "next_attempt_at": LATER}
        session.execute(update(InboxEvent).values(**untried, error="stripe is not called: it is disabled"))
    return command_id, event_id


def _figures(database: Database) -> dict[str, dict[str, float]]:
    with database.transaction() as session:
        return {name: values for name, _, _, values in _read_gauges(session)}


def _rounded(figure: dict[str, Any]) -> dict[str, int]:
    return {memory: round(value, -2) for memory, value in figure.items()}


def test_what_backs_off_is_due_to_nobody_and_is_counted_all_the_same(books_of_owner: Database, whose_id: UUID) -> None:
    _put_off(books_of_owner, whose_id)
    figures = _figures(books_of_owner)
    assert figures["cashbeat_due_rows"] == {"inbox": 0, "unverified_events": 0, "operations": 0, "outbox": 1}
    assert figures["cashbeat_waiting_rows"] == {"inbox": 1, "unverified_events": 0, "operations": 1, "outbox": 0}
    oldest = {"inbox": 3_600, "unverified_events": 0, "operations": 7_200, "outbox": 0}
    assert _rounded(figures["cashbeat_oldest_waiting_seconds"]) == oldest


def test_what_has_ended_waits_no_more(books_of_owner: Database, whose_id: UUID) -> None:
    _put_off(books_of_owner, whose_id)
    with books_of_owner.transaction() as session:
        session.execute(update(Operation).values(state=WorkState.DONE))
        session.execute(update(InboxEvent).values(state=WorkState.PARKED))
    assert set(_figures(books_of_owner)["cashbeat_waiting_rows"].values()) == {0}


def test_each_line_says_since_when_how_often_tried_until_when_and_why(
    books_of_owner: Database, whose_id: UUID, tmp_path: Path, database_url: str
) -> None:
    command_id, event_id = _put_off(books_of_owner, whose_id)
    with books_of_owner.transaction() as session:
        command = session.get_one(Operation, command_id)
        since, due = command.first_attempt_at, command.next_attempt_at
    listed = cashbeat("waiting", home=tmp_path, DATABASE_URL=database_url)
    longest, event = listed.stdout.splitlines()
    assert longest == (
        f"{since:%Y-%m-%dT%H:%M:%SZ}  {command_id}  operations  open_portal  {command_id}  account {whose_id}  "
        f"3 attempts  next {due:%Y-%m-%dT%H:%M:%SZ}  Stripe refuses our key, ask j***@example.com"
    )
    assert event.split()[1:5] == [str(event_id), "inbox", "charge.refunded", "evt_7"]
    assert event.endswith("stripe is not called: it is disabled")
    cut = cashbeat("waiting", "--limit", "1", home=tmp_path, DATABASE_URL=database_url)
    assert (cut.stdout.splitlines(), "1 more, younger ones" in cut.stderr) == ([longest], True)


def test_a_refund_that_waits_says_whose_it_is(
    books_of_owner: Database, whose_id: UUID, tmp_path: Path, database_url: str
) -> None:
    received = capture_of(whose_id, None, "stripe", "pi_7", Money(2_999, "USD"), NOON)
    booked = receive(received, None, remark=ReceiptRemark.PAID_TWICE)
    payment_id = booked.receipt["id"]
    wish = RefundWish(payment_id, None, CreditNoteReason.DUPLICATE, UsedCredits.REDUCE, "ada", "test")
    with books_of_owner.transaction() as session:
        post(session, [booked.movement], NOON)
        write_receipts(session, [booked])
        begin_refund(session, uuid7(), wish, NOON)
        stage_command(session, "refund_payment", {"payment_id": str(payment_id)}, "test")
        refused = {"attempts": 1, "first_attempt_at": func.now(), "next_attempt_at": LATER, "error": "refuses our key"}
        for memory in (Operation, OutboxEntry):
            session.execute(update(memory).values(**refused))
    lines = cashbeat("waiting", home=tmp_path, DATABASE_URL=database_url).stdout.splitlines()
    told = {line.split()[3]: f"account {whose_id}" in line for line in lines}
    assert told == {"refund_payment": True, "refund": True}


def test_one_that_is_replayed_keeps_its_attempts(
    books_of_owner: Database, whose_id: UUID, tmp_path: Path, database_url: str
) -> None:
    command_id, _ = _put_off(books_of_owner, whose_id)
    told = cashbeat("replay", str(command_id), home=tmp_path, DATABASE_URL=database_url)
    assert (told.returncode, told.stderr.splitlines()[-1]) == (
        0,
        f"{command_id} in operations is tried again within a minute",
    )
    with books_of_owner.transaction() as session:
        row = session.get_one(Operation, command_id)
        assert (row.attempts, row.first_attempt_at is None, row.hinted_at) == (3, False, None)
        assert row.next_attempt_at - session.scalars(func.now()).one() <= timedelta(minutes=1)
        assert session.query(OutboxEntry).one().error is None


def test_where_nothing_waits_that_is_said(books_of_owner: Database, tmp_path: Path, database_url: str) -> None:
    for command, said in (("waiting", "nothing was put off"), ("parked", "nothing waits for a person")):
        told = cashbeat(command, home=tmp_path, DATABASE_URL=database_url)
        assert (told.stdout, said in told.stderr) == ("", True)
