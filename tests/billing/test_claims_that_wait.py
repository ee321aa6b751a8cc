"""A claim waits for somebody to look: its money may be there, so the calendar ends nothing for want of it meanwhile."""

from datetime import timedelta
from uuid import UUID

import pytest

from billing.clocks.timelines import Timeline
from billing.dunning.dun_transfer import due_transfers, dun_transfer
from billing.invoices.tables import InvoiceStatus
from tests.billing.payers import Payer
from tests.billing.standing import plan_of
from tests.billing.subscribers import Books, utc

BEGIN, HALF, MAY = utc("2026-04-01 10:00"), utc("2026-04-16 10:00"), utc("2026-05-01 10:00")
DUE = BEGIN + timedelta(days=14)
END = DUE + timedelta(days=14)
A_DAY = timedelta(days=1)


def _claim(payer: Payer, invoice_id: UUID) -> UUID:
    """Paid in time, and said so an hour before the end."""
    left = payer.invoice(invoice_id).left_minor
    return payer.claim(invoice_id, left, paid_on=BEGIN.date(), now=END)


@pytest.fixture
def overdue(books: Books) -> UUID:
    """A subscription that was to be paid by transfer."""
    subscription_id = books.subscribe(books.open("Eve's Press"), BEGIN, pay_by="transfer")
    with books.database.transaction() as session:
        for invoice_id in due_transfers(session, Timeline(None, DUE), 100):
            dun_transfer(session, invoice_id, DUE)
    return subscription_id


def test_a_subscription_that_is_overdue_is_rescued(books: Books, overdue: UUID) -> None:
    payer = Payer(books.database, books.subscription(overdue).account_id)
    [bill] = books.invoices(payer.account_id)
    claim_id = _claim(payer, bill.id)
    books.end_dunnings(END)
    assert books.subscription(overdue).status == "past_due"
    payer.approve(claim_id, now=END + A_DAY)
    assert books.subscription(overdue).status == "active"
    assert payer.receipts() == [(bill.total_minor, "USD", bill.total_minor, "")]


def test_it_ends_as_soon_as_the_claim_is_rejected(books: Books, overdue: UUID) -> None:
    payer = Payer(books.database, books.subscription(overdue).account_id)
    [bill] = books.invoices(payer.account_id)
    claim_id = _claim(payer, bill.id)
    books.end_dunnings(END)
    payer.reject(claim_id)
    books.end_dunnings(END)
    assert books.subscription(overdue).status == "canceled"


def test_a_start_is_not_given_up(books: Books, ada: UUID) -> None:
    started = books.subscribe(ada, BEGIN)
    books.answer(BEGIN, decline="insufficient_funds")
    payer = Payer(books.database, ada)
    [bill] = books.invoices(ada)
    claim_id = _claim(payer, bill.id)
    books.catch_up(BEGIN + A_DAY)
    assert books.subscription(started).status == "incomplete"

    payer.approve(claim_id, now=BEGIN + 2 * A_DAY)
    assert books.subscription(started).status == "active"
    assert books.come_due(MAY - A_DAY) == 0
    assert books.come_due(MAY) == 1


def test_a_start_is_given_up_within_a_day_of_the_rejection(books: Books, ada: UUID) -> None:
    started = books.subscribe(ada, BEGIN)
    books.answer(BEGIN, decline="insufficient_funds")
    payer = Payer(books.database, ada)
    [bill] = books.invoices(ada)
    claim_id = _claim(payer, bill.id)
    books.catch_up(BEGIN + A_DAY)
    payer.reject(claim_id)
    books.catch_up(BEGIN + 2 * A_DAY)
    assert books.subscription(started).status == "expired"
    assert payer.invoice(bill.id).status is InvoiceStatus.VOID


def test_a_change_of_plan_is_not_dropped(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    payer = Payer(books.database, ada)
    bill = books.invoices(ada)[-1]
    claim_id = _claim(payer, bill.id)
    assert books.expire_changes(HALF + A_DAY) == 0
    payer.approve(claim_id, now=HALF + 2 * A_DAY)
    assert plan_of(books, april) == "growth"
    assert payer.invoice(bill.id).status is InvoiceStatus.PAID


def test_a_change_of_plan_is_dropped_when_the_claim_is_rejected(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    payer = Payer(books.database, ada)
    payer.reject(_claim(payer, books.invoices(ada)[-1].id))
    assert books.expire_changes(HALF + A_DAY) == 1
    assert plan_of(books, april) == "starter"
