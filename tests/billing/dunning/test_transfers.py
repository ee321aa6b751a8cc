"""A subscription that is paid by transfer, and is not: reminded, past due, ended; or rescued on the last day."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from billing.clocks.timelines import Timeline
from billing.dunning.dun_transfer import due_transfers, dun_transfer
from billing.dunning.tables import DunningPolicy
from billing.invoices.stage_receipt import receipt_mail
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.notices.transfer_reminders import remind_of_transfers
from billing.subscriptions.queries import show_subscription
from database.outbox import OutboxEntry
from tests.billing.payers import Payer
from tests.billing.subscribers import Books, utc

BEGIN = utc("2026-04-01 10:00")
DUE = BEGIN + timedelta(days=14)
END = DUE + timedelta(days=14)


@pytest.fixture
def eve(books: Books) -> UUID:
    """A customer without a card."""
    return books.open("Eve's Press")


@pytest.fixture
def eves_plan(books: Books, eve: UUID) -> UUID:
    return books.subscribe(eve, BEGIN, pay_by="transfer")


def _sweep(books: Books, now: datetime) -> int:
    """How many fall overdue; what has ended its dunning ends."""
    with books.database.transaction() as session:
        due = due_transfers(session, Timeline(None, now), 100)
        count = sum(dun_transfer(session, invoice_id, now) for invoice_id in due)
    books.end_dunnings(now)
    return count


def _remind(books: Books, now: datetime) -> list[str]:
    """For which days a reminder was ever staged."""
    with books.database.transaction() as session:
        remind_of_transfers(session, Timeline(None, now), 100)
        staged = select(OutboxEntry.cause).where(OutboxEntry.topic == "payment_reminder").order_by(OutboxEntry.id)
        return [cause.rpartition("/")[2] for cause in session.scalars(staged)]


def _limits_suspended(books: Books, subscription_id: UUID) -> bool:
    with books.database.transaction() as session:
        return show_subscription(session, subscription_id).limits_suspended


def _bill(books: Books, account_id: UUID) -> Invoice:
    [invoice] = books.invoices(account_id)
    return invoice


def test_it_runs_until_the_due_day_and_ends_so_many_days_later(books: Books, eve: UUID, eves_plan: UUID) -> None:
    assert _sweep(books, DUE - timedelta(seconds=1)) == 0
    assert books.subscription(eves_plan).status == "active"

    assert _sweep(books, DUE) == 1
    assert books.subscription(eves_plan).status == "past_due"
    assert _sweep(books, END - timedelta(seconds=1)) == 0
    assert books.subscription(eves_plan).status == "past_due"

    _sweep(books, END)
    assert books.subscription(eves_plan).status == "canceled"
    assert _bill(books, eve).status is InvoiceStatus.UNCOLLECTIBLE


def test_nothing_is_billed_on_top_of_what_is_overdue(books: Books, eve: UUID, eves_plan: UUID) -> None:
    _sweep(books, DUE)
    books.catch_up(utc("2026-05-01 10:00"))
    assert len(books.invoices(eve)) == 1


def test_it_is_rescued_on_the_last_day(books: Books, eve: UUID, eves_plan: UUID) -> None:
    _sweep(books, DUE)
    payer, invoice = Payer(books.database, eve), _bill(books, eve)
    payer.pay(invoice.id, invoice.left_minor, now=END - timedelta(hours=1))
    _sweep(books, END)
    assert books.subscription(eves_plan).status == "active"
    assert payer.invoice(invoice.id).status is InvoiceStatus.PAID


def test_a_part_does_not_rescue_it(books: Books, eve: UUID, eves_plan: UUID) -> None:
    _sweep(books, DUE)
    payer, invoice = Payer(books.database, eve), _bill(books, eve)
    payer.pay(invoice.id, invoice.left_minor - 1, now=DUE + timedelta(days=1))
    _sweep(books, END)
    assert books.subscription(eves_plan).status == "canceled"


def test_what_was_paid_in_time_is_never_dunned(books: Books, eve: UUID, eves_plan: UUID) -> None:
    invoice = _bill(books, eve)
    Payer(books.database, eve).pay(invoice.id, invoice.left_minor, now=DUE - timedelta(days=1))
    assert _remind(books, DUE) == []
    assert _sweep(books, DUE) == 0
    assert books.subscription(eves_plan).status == "active"


def test_reminders_come_on_the_days_of_the_policy_once_each(books: Books, eves_plan: UUID) -> None:
    assert _remind(books, DUE - timedelta(days=4)) == []
    assert _remind(books, DUE - timedelta(days=3)) == ["-3"]
    assert _remind(books, DUE - timedelta(days=3) + timedelta(hours=1)) == ["-3"]
    assert _remind(books, DUE) == ["-3"]
    assert _remind(books, DUE + timedelta(days=1)) == ["-3", "1"]
    # nothing ran for a week: what was missed is not made up for
    assert _remind(books, DUE + timedelta(days=9)) == ["-3", "1"]


def test_the_policy_is_data(books: Books, eves_plan: UUID) -> None:
    with books.database.transaction() as session:
        session.execute(update(DunningPolicy).values(transfer_days=3, reminder_days=[0]))
    assert _remind(books, DUE) == ["0"]
    _sweep(books, DUE)
    _sweep(books, DUE + timedelta(days=3))
    assert books.subscription(eves_plan).status == "canceled"


def test_limits_are_suspended_where_the_policy_says_so(books: Books, eve: UUID, eves_plan: UUID) -> None:
    with books.database.transaction() as session:
        session.execute(update(DunningPolicy).values(suspends_limits=True))
    assert _limits_suspended(books, eves_plan) is False
    _sweep(books, DUE)
    assert _limits_suspended(books, eves_plan) is True

    invoice = _bill(books, eve)
    Payer(books.database, eve).pay(invoice.id, invoice.left_minor, now=DUE + timedelta(days=1))
    assert books.subscription(eves_plan).status == "active"
    assert _limits_suspended(books, eves_plan) is False


def test_otherwise_the_plan_may_be_used_while_it_is_waited_for(books: Books, eves_plan: UUID) -> None:
    _sweep(books, DUE)
    assert books.subscription(eves_plan).status == "past_due"
    assert _limits_suspended(books, eves_plan) is False


def test_whoever_saves_a_card_is_not_charged_for_what_is_on_its_way(books: Books, eve: UUID, eves_plan: UUID) -> None:
    _sweep(books, DUE)
    books.give_card(eve, DUE)
    assert books.answer(DUE) == 0


def test_what_is_bought_with_a_trial_is_billed_as_any_transfer(books: Books, eve: UUID) -> None:
    """It is no order of a package: nobody has chosen a way for it, so the mail that asks for it is the usual one."""
    books.subscribe(eve, BEGIN, pay_by="transfer", trial_days=30, services=[{"service": "setup-app"}])
    bill = _bill(books, eve)
    assert receipt_mail(bill).topic == "invoice_created"
    assert _remind(books, DUE - timedelta(days=3)) == ["-3"]
