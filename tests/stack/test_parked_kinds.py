"""All that is listed can be shown, and whatever is decided about it is done, or it is said what can be done instead."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from billing.accounts.open import open_account
from billing.catalog.seed import seed
from billing.cycle.renewal.set_aside import set_aside
from billing.ledger.post import post
from billing.money import Money
from billing.receipts.receive import capture_of, receive
from billing.receipts.tables import ReceiptRemark
from billing.receipts.write import write_receipts
from database.engine import Database, opened
from database.ids import uuid7
from database.memory import WorkState
from database.outbox import OutboxEntry, stage
from tests.billing.conftest import ADA, NOON
from tests.billing.subscribers import Books
from tests.stack.forked import cashbeat

TRACEBACK = 'Traceback (most recent call last):\n  File "billing/x.py", line 7\nZeroDivisionError: of jo@example.com'


@pytest.fixture
def waiting(database_url: str) -> dict[str, UUID]:
    """A subscription that the cycle could not bring on, money that came twice, and an e-mail that gave up."""
    with opened(database_url) as database:
        with database.transaction() as session:
            seed(session)
            account_id = open_account(session, uuid7(), ADA)
        books = Books(database)
        books.give_card(account_id, NOON)
        subscription_id = books.subscribe(account_id, NOON)
        with database.transaction() as session:
            set_aside(session, subscription_id, TRACEBACK, NOON)
        return {
            "subscription": subscription_id,
            "receipt": _paid_twice(database, account_id),
            "work": _gave_up(database, account_id),
        }


def _paid_twice(database: Database, account_id: UUID) -> UUID:
    with database.transaction() as session:
        received = capture_of(account_id, None, "stripe", "pi_7", Money(2_999, "USD"), NOON)
        booked = receive(received, None, remark=ReceiptRemark.PAID_TWICE)
        post(session, [booked.movement], NOON)
        write_receipts(session, [booked])
    receipt_id: UUID = booked.receipt["id"]
    return receipt_id


def _gave_up(database: Database, account_id: UUID) -> UUID:
    with database.transaction() as session:
        stage(session, "low_credits", account_id, "low_credits/1")
        gave_up = (
            update(OutboxEntry).where(OutboxEntry.topic == "low_credits").values(state=WorkState.PARKED, error="no")
        )
        row_id: UUID = session.execute(gave_up.returning(OutboxEntry.id)).scalar_one()
    return row_id


def test_a_subscription_that_was_set_aside_is_shown_with_its_traceback(
    waiting: dict[str, UUID], tmp_path: Path, database_url: str
) -> None:
    shown = cashbeat("parked", "show", str(waiting["subscription"]), home=tmp_path, DATABASE_URL=database_url)
    assert shown.returncode == 0, shown.stderr
    assert 'File "billing/x.py", line 7\nZeroDivisionError: of j***@example.com' in shown.stdout
    assert "since         2026-11-22T12:00:00+00:00" in shown.stdout
    assert "status        incomplete" in shown.stdout


def test_money_that_fits_nothing_is_shown(waiting: dict[str, UUID], tmp_path: Path, database_url: str) -> None:
    shown = cashbeat("parked", "show", str(waiting["receipt"]), home=tmp_path, DATABASE_URL=database_url)
    assert shown.returncode == 0, shown.stderr
    assert "what          paid_twice" in shown.stdout
    assert "capture of 29.99 USD" in shown.stdout
    assert "reference     pi_7" in shown.stdout


@pytest.mark.parametrize(
    ("kind", "verb", "instead"),
    [
        ("subscription", ("parked", "discard"), "is a subscription; `cashbeat replay ID` lets the cycle try it again"),
        ("receipt", ("parked", "discard"), "is money in the books; `cashbeat seen ID` takes it off the list"),
        ("receipt", ("replay",), "is money in the books; `cashbeat seen ID` takes it off the list"),
        ("subscription", ("seen",), "is a subscription; `cashbeat replay ID` lets the cycle try it again"),
        (
            "work",
            ("seen",),
            "is work; `cashbeat replay ID` runs it again, `cashbeat parked discard ID` decides against",
        ),
    ],
)
def test_what_cannot_be_decided_of_it_says_what_can(
    waiting: dict[str, UUID], kind: str, verb: tuple[str, ...], instead: str, tmp_path: Path, database_url: str
) -> None:
    because = ("--because", "it is Sunday") if "discard" in verb else ()
    told = cashbeat(*verb, str(waiting[kind]), *because, home=tmp_path, DATABASE_URL=database_url, USER="mona")
    assert told.returncode == 2
    assert told.stderr.splitlines()[-1].startswith(f"cashbeat: {waiting[kind]} {instead}")
    listed = cashbeat("parked", home=tmp_path, DATABASE_URL=database_url)
    assert str(waiting[kind]) in listed.stdout


@pytest.mark.parametrize("verb", [("parked", "show"), ("replay",), ("seen",), ("parked", "discard")], ids=" ".join)
def test_what_does_not_wait_is_said_not_to(verb: tuple[str, ...], tmp_path: Path, database_url: str) -> None:
    because = ("--because", "it is Sunday") if "discard" in verb else ()
    nobody = uuid4()
    told = cashbeat(*verb, str(nobody), *because, home=tmp_path, DATABASE_URL=database_url, USER="mona")
    assert told.returncode == 2
    said = f"cashbeat: nothing parked has the id {nobody}; `cashbeat parked` lists what has\n"
    assert told.stderr.endswith(said)


def test_where_nobody_is_logged_in_it_has_to_be_said_who_decides(
    waiting: dict[str, UUID], tmp_path: Path, database_url: str
) -> None:
    nobody = {"SUDO_USER": "", "LOGNAME": "", "USER": "", "DATABASE_URL": database_url}
    told = ("parked", "discard", str(waiting["work"]), "--because", "it is Sunday")
    refused = cashbeat(*told, home=tmp_path, **nobody)
    assert refused.returncode == 2
    assert "Missing option '--by'" in refused.stderr
    assert cashbeat(*told, "--by", "mona", home=tmp_path, **nobody).returncode == 0
