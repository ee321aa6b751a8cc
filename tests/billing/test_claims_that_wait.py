"""A claim waits for somebody to look: its money may be there, so the calendar gives people a week to do that.

What is claimed too late, in part or again and again wins no time.
"""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update

from billing.accounts.tables import Account
from billing.clocks.create import create_clock
from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.clocks.wall import Wall
from billing.cycle.plan_change.expire_change import CHANGE_EXPIRIES, due_changes, expire_change
from billing.dunning.dun_transfer import due_transfers, dun_transfer
from billing.dunning.tables import Dunning
from billing.invoices.tables import InvoiceStatus
from billing.outcomes.end_dunning import DUNNING_ENDS, due_ends, end_due
from billing.outcomes.end_order import ORDER_ENDS
from billing.subscriptions.rules import CHANGE_LIFETIME
from database.ids import uuid7
from tests.billing.payers import Payer
from tests.billing.standing import plan_of
from tests.billing.subscribers import Books, utc

BEGIN, HALF, MAY = utc("2026-04-01 10:00"), utc("2026-04-16 10:00"), utc("2026-05-01 10:00")
DUE = BEGIN + timedelta(days=14)
END = DUE + timedelta(days=14)
A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)
PATIENCE = timedelta(days=7)


def _claim(payer: Payer, invoice_id: UUID, now: datetime) -> UUID:
    """All of it was paid, says the customer."""
    left = payer.invoice(invoice_id).left_minor
    return payer.claim(invoice_id, left, paid_on=BEGIN.date(), now=now)


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
    claim_id = _claim(payer, bill.id, END - AN_HOUR)
    books.end_dunnings(END)
    assert books.subscription(overdue).status == "past_due"
    payer.approve(claim_id, now=END + A_DAY)
    assert books.subscription(overdue).status == "active"
    assert payer.receipts() == [(bill.total_minor, "USD", bill.total_minor, "")]


def test_an_overdue_subscription_is_held_for_a_week(books: Books, overdue: UUID) -> None:
    """Whoever claims anew when the first claim was rejected has no more time."""
    payer = Payer(books.database, books.subscription(overdue).account_id)
    [bill] = books.invoices(payer.account_id)
    first = _claim(payer, bill.id, END - AN_HOUR)
    books.end_dunnings(END + PATIENCE - AN_HOUR)
    assert books.subscription(overdue).status == "past_due"
    late = _claim(payer, bill.id, END + PATIENCE - AN_HOUR)
    books.end_dunnings(END + PATIENCE)
    assert books.subscription(overdue).status == "canceled"

    payer.reject(late)
    payer.approve(first, now=END + PATIENCE + A_DAY)
    assert books.subscription(overdue).status == "canceled"
    assert books.violations() == []


def test_a_claim_that_comes_too_late_holds_nothing(books: Books, overdue: UUID) -> None:
    payer = Payer(books.database, books.subscription(overdue).account_id)
    [bill] = books.invoices(payer.account_id)
    _claim(payer, bill.id, END)
    books.end_dunnings(END)
    assert books.subscription(overdue).status == "canceled"


def test_neither_a_part_nor_another_currency_holds_anything(books: Books, overdue: UUID) -> None:
    payer = Payer(books.database, books.subscription(overdue).account_id)
    [bill] = books.invoices(payer.account_id)
    payer.claim(bill.id, bill.left_minor - 1, paid_on=BEGIN.date(), now=DUE)
    payer.claim(bill.id, bill.left_minor, "KRW", paid_on=BEGIN.date(), now=DUE)
    books.end_dunnings(END)
    assert books.subscription(overdue).status == "canceled"


def test_what_was_just_claimed_does_not_end(books: Books, overdue: UUID) -> None:
    """The claim is written while the sweep has the invoice's turn before it."""
    payer = Payer(books.database, books.subscription(overdue).account_id)
    [bill] = books.invoices(payer.account_id)
    with books.database.transaction() as session:
        assert due_ends(session, Timeline(None, END), 100) == [bill.id]
    _claim(payer, bill.id, END - AN_HOUR)
    with books.database.transaction() as session:
        assert not end_due(session, bill.id, END)


def test_it_ends_as_soon_as_the_claim_is_rejected(books: Books, overdue: UUID) -> None:
    payer = Payer(books.database, books.subscription(overdue).account_id)
    [bill] = books.invoices(payer.account_id)
    claim_id = _claim(payer, bill.id, END - AN_HOUR)
    books.end_dunnings(END)
    payer.reject(claim_id)
    books.end_dunnings(END)
    assert books.subscription(overdue).status == "canceled"


def test_a_start_is_not_given_up(books: Books, ada: UUID) -> None:
    started = books.subscribe(ada, BEGIN)
    books.answer(BEGIN, decline="insufficient_funds")
    payer = Payer(books.database, ada)
    [bill] = books.invoices(ada)
    claim_id = _claim(payer, bill.id, BEGIN)
    books.catch_up(BEGIN + A_DAY)
    assert books.subscription(started).status == "incomplete"

    payer.approve(claim_id, now=BEGIN + 2 * A_DAY)
    assert books.subscription(started).status == "active"
    assert books.come_due(MAY - A_DAY) == 0
    assert books.come_due(MAY) == 1


def test_a_start_is_held_for_a_week(books: Books, ada: UUID) -> None:
    started = books.subscribe(ada, BEGIN)
    books.answer(BEGIN, decline="insufficient_funds")
    _claim(Payer(books.database, ada), books.invoices(ada)[0].id, BEGIN)
    for days in range(1, 9):
        books.catch_up(BEGIN + days * A_DAY)
        assert books.subscription(started).status == ("incomplete" if days < 8 else "expired")


def test_a_cent_holds_no_start(books: Books, ada: UUID) -> None:
    started = books.subscribe(ada, BEGIN)
    books.answer(BEGIN, decline="insufficient_funds")
    Payer(books.database, ada).claim(books.invoices(ada)[0].id, 1, paid_on=BEGIN.date(), now=BEGIN)
    books.catch_up(BEGIN + A_DAY)
    assert books.subscription(started).status == "expired"


def test_a_start_is_given_up_within_a_day_of_the_rejection(books: Books, ada: UUID) -> None:
    started = books.subscribe(ada, BEGIN)
    books.answer(BEGIN, decline="insufficient_funds")
    payer = Payer(books.database, ada)
    [bill] = books.invoices(ada)
    claim_id = _claim(payer, bill.id, BEGIN)
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
    claim_id = _claim(payer, bill.id, HALF)
    assert books.expire_changes(HALF + A_DAY) == 0
    payer.approve(claim_id, now=HALF + 2 * A_DAY)
    assert plan_of(books, april) == "growth"
    assert payer.invoice(bill.id).status is InvoiceStatus.PAID


def test_a_change_of_plan_is_held_no_longer_than_its_period(books: Books, ada: UUID, april: UUID) -> None:
    """The renewal waits for it: May is billed on time, by the old plan, and what is approved later is kept."""
    asked_at = MAY - 3 * A_DAY
    books.change(april, "growth", asked_at)
    books.answer(asked_at, decline="insufficient_funds")
    payer = Payer(books.database, ada)
    bill = books.invoices(ada)[-1]
    claim_id = _claim(payer, bill.id, asked_at)
    assert books.expire_changes(MAY - AN_HOUR) == 0
    assert (books.expire_changes(MAY), books.come_due(MAY), books.answer(MAY)) == (1, 1, 1)
    assert (plan_of(books, april), books.subscription(april).period_end) == ("starter", utc("2026-06-01 10:00"))

    payer.approve(claim_id, now=MAY + A_DAY)
    assert plan_of(books, april) == "starter"
    assert (payer.calls(), payer.kept()) == (["invoice_void"], {"USD": bill.total_minor})


def test_a_change_of_plan_is_held_for_a_week(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    _claim(Payer(books.database, ada), books.invoices(ada)[-1].id, HALF)
    over = HALF + CHANGE_LIFETIME + PATIENCE
    assert (books.expire_changes(over - AN_HOUR), books.expire_changes(over)) == (0, 1)


@pytest.mark.parametrize("offered", ["a cent", "another currency", "too late"])
def test_what_is_claimed_for_nothing_holds_no_change_of_plan(
    books: Books, ada: UUID, april: UUID, offered: str
) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    payer = Payer(books.database, ada)
    bill = books.invoices(ada)[-1]
    over = HALF + CHANGE_LIFETIME
    minor, currency = 1 if offered == "a cent" else bill.left_minor, "KRW" if offered == "another currency" else "USD"
    payer.claim(bill.id, minor, currency, paid_on=BEGIN.date(), now=over if offered == "too late" else HALF)
    assert books.expire_changes(over) == 1


def test_a_change_of_plan_that_was_just_claimed_is_not_dropped(books: Books, ada: UUID, april: UUID) -> None:
    """The sweep has listed it already."""
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    payer = Payer(books.database, ada)
    over = HALF + CHANGE_LIFETIME
    with books.database.transaction() as session:
        [listed] = due_changes(session, Timeline(None, over), 100)
    _claim(payer, listed, over - AN_HOUR)
    with books.database.transaction() as session:
        assert not expire_change(session, listed, over)
    assert payer.invoice(listed).status is InvoiceStatus.PENDING


def test_a_change_of_plan_is_dropped_when_the_claim_is_rejected(books: Books, ada: UUID, april: UUID) -> None:
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    payer = Payer(books.database, ada)
    payer.reject(_claim(payer, books.invoices(ada)[-1].id, HALF))
    assert books.expire_changes(HALF + A_DAY) == 1
    assert plan_of(books, april) == "starter"


def _next_at(books: Books, duty: OneByOne) -> datetime:
    with books.database.transaction() as session:
        at: datetime = session.execute(text(f"SELECT {duty.next_at} FROM test_clocks AS clock")).scalar_one()  # noqa: S608
    return at


def _live_by_a_clock(books: Books, table: type[Account | Dunning]) -> None:
    """All of them."""
    with books.database.transaction() as session:
        clock_id = create_clock(session, uuid7(), "spring", BEGIN, ("stripe", ""), Wall(BEGIN))
        session.execute(update(table).values(clock_id=clock_id))


def test_on_a_test_clock_it_is_known_when_the_time_of_a_claim_is_over(books: Books, ada: UUID) -> None:
    payer = Payer(books.database, ada)
    _live_by_a_clock(books, Account)
    _claim(payer, payer.order(BEGIN), BEGIN)
    assert _next_at(books, ORDER_ENDS) == END + PATIENCE

    april = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.change(april, "growth", HALF)
    books.answer(HALF, decline="insufficient_funds")
    claim_id = _claim(payer, books.invoices(ada)[-1].id, HALF)
    assert _next_at(books, CHANGE_EXPIRIES) == HALF + CHANGE_LIFETIME + PATIENCE
    payer.reject(claim_id)
    assert _next_at(books, CHANGE_EXPIRIES) == HALF + CHANGE_LIFETIME


def test_on_a_test_clock_it_is_known_when_what_is_overdue_ends(books: Books, overdue: UUID) -> None:
    payer = Payer(books.database, books.subscription(overdue).account_id)
    [bill] = books.invoices(payer.account_id)
    _live_by_a_clock(books, Dunning)
    assert _next_at(books, DUNNING_ENDS) == END
    _claim(payer, bill.id, DUE)
    assert _next_at(books, DUNNING_ENDS) == END + PATIENCE
