"""The sweep of credits, as beat rings for it: every timeline by its own time, and what was missed is made up for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from structlog.testing import capture_logs

from billing.accounts.tables import Account
from billing.agenda.duties import SWEEPS
from billing.clocks.tables import TestClock
from billing.clocks.wall import Wall
from billing.credits.tables import CreditMovement, CreditSource, CreditTransaction
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.rules import LineDraft
from billing.invoices.tables import InvoiceReason, InvoiceStatus
from billing.money import Money
from billing.tax.decision import NO_TAX
from billing.top_ups.set import set_top_up
from billing.usage.expire import EXPIRIES
from database.engine import Database
from database.ids import uuid7
from schemas.messages.renewals import SweepCredits
from tasks import renewals
from tests.billing.gifts import grant_credits
from tests.billing.prepaid import Prepaid
from tests.billing.subscribers import Books
from workers import task
from workers.sweeps import sweep
from workers.wiring import Work

MAY_1 = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
MAY_31 = MAY_1 + timedelta(days=30)


@pytest.fixture
def on_may_31(hands: Work) -> Work:
    """What a worker process has, on the morning of that day."""
    return _at(hands, MAY_31)


def _at(work: Work, now: datetime) -> Work:
    return replace(work, wall=lambda: Wall(now))


def _expired(database: Database) -> int:
    taken = select(-func.sum(CreditTransaction.amount)).where(CreditTransaction.movement == CreditMovement.EXPIRE)
    with database.transaction() as session:
        return int(session.scalar(taken) or 0)


def test_the_task_expires_what_is_over_and_a_second_beat_changes_nothing(
    database: Database, on_may_31: Work, prepaid: Prepaid
) -> None:
    prepaid.grant(500, MAY_1, days=29)
    task.start(on_may_31)
    for _ in range(2):
        renewals.credit(interval_seconds=60)
    assert _expired(database) == 500


def test_a_renewal_has_ten_minutes_to_bring_new_credits_before_the_old_ones_are_missed(
    database: Database, on_may_31: Work, prepaid: Prepaid
) -> None:
    prepaid.grant(500, MAY_1, days=30)
    sweep(_at(on_may_31, MAY_31 + timedelta(minutes=9, seconds=59)), SWEEPS[SweepCredits])
    assert (_expired(database), prepaid.balance(MAY_31)) == (0, 0)
    sweep(_at(on_may_31, MAY_31 + timedelta(minutes=10)), SWEEPS[SweepCredits])
    assert _expired(database) == 500


def test_more_than_one_batch_expires_in_one_sweep(database: Database, on_may_31: Work, prepaid: Prepaid) -> None:
    many = EXPIRIES.rows_max + 1
    with database.transaction() as session:
        for number in range(many):
            day = MAY_1 + timedelta(days=1)
            grant_credits(session, prepaid.account_id, CreditSource.PACKAGE, f"gift/{number}", 1, day, MAY_1)
    sweep(on_may_31, SWEEPS[SweepCredits])
    assert _expired(database) == many


def test_a_test_clock_has_its_own_time(database: Database, on_may_31: Work, prepaid: Prepaid) -> None:
    clock_id = uuid7()
    with database.transaction() as session:
        session.add(TestClock(id=clock_id, name="slow", frozen_at=MAY_1, target_at=MAY_1))
        session.flush()
        session.get_one(Account, prepaid.account_id).clock_id = clock_id
    prepaid.grant(500, MAY_1, days=7)
    sweep(on_may_31, SWEEPS[SweepCredits])
    assert _expired(database) == 0
    with database.transaction() as session:
        clock = session.get_one(TestClock, clock_id)
        clock.target_at = clock.frozen_at = MAY_1 + timedelta(days=8)
    sweep(on_may_31, SWEEPS[SweepCredits])
    assert _expired(database) == 500


def test_a_top_up_that_nobody_began_is_begun(database: Database, on_may_31: Work, prepaid: Prepaid) -> None:
    """The month's only purchase was used up on 1 May; nobody uses credits on 1 June, and yet one is bought."""
    books = Books(database)
    books.give_card(prepaid.account_id, MAY_1)
    with database.transaction() as session:
        set_top_up(session, prepaid.account_id, "starter", 50, 1, MAY_1)
    books.answer(MAY_1)
    prepaid.use(500, MAY_1)

    sweep(on_may_31, SWEEPS[SweepCredits])
    assert books.answer(MAY_31) == 0
    june_1 = datetime(2026, 6, 1, tzinfo=UTC)
    for _ in range(2):
        sweep(_at(on_may_31, june_1), SWEEPS[SweepCredits])
    assert books.answer(june_1) == 1
    assert [invoice.status for invoice in books.invoices(prepaid.account_id)] == [InvoiceStatus.PAID] * 2
    assert prepaid.balance(june_1) == 500


def test_one_account_that_cannot_be_handled_does_not_hold_up_its_neighbours(
    database: Database, on_may_31: Work, account_id: UUID
) -> None:
    books = Books(database)
    accounts = sorted([account_id, books.open("Bob"), books.open("Cleo")])
    for each in accounts:
        with database.transaction() as session:
            set_top_up(session, each, "starter", 50, 3, MAY_1)
        books.give_card(each, MAY_1)
    broken = accounts[0]
    with database.transaction() as session:
        session.execute(text("UPDATE auto_top_ups SET stopped_at = NULL, stop_code = ''"))
        # something else has taken the cause of the purchase
        lines = [LineDraft("?", 1, Money(1, "USD"))]
        cause = f"top_up/{broken}/2026-05/1"
        draft_invoice(session, NewInvoice(broken, cause, InvoiceReason.PURCHASE, lines, NO_TAX))
    with capture_logs() as logged:
        sweep(on_may_31, SWEEPS[SweepCredits])
    assert [(line["event"], line["duty"], line["row_id"]) for line in logged] == [
        ("duty_failed", "top_ups", str(broken))
    ]
    assert books.answer(MAY_31) == 2
    assert [Prepaid(database, each).balance(MAY_31) for each in accounts] == [0, 500, 500]
