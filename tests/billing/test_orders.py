"""A package that is ordered and not paid: its customer is reminded, and in the end the order is canceled."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from billing.clocks.timelines import Timeline
from billing.clocks.wall import Wall
from billing.dunning.tables import DunningEnd, DunningPolicy
from billing.invoices.tables import InvoiceStatus
from billing.notices.transfer_reminders import remind_of_transfers
from billing.outcomes.end_order import due_orders, end_order
from billing.payments.intend_page import intend_page
from billing.payments.tables import AttemptStatus, PaymentAttempt
from database.outbox import OutboxEntry
from schemas.commands.payments import PayInvoice
from tests.billing.payers import NOON, Payer
from tests.billing.subscribers import Books, utc

PRICE = 2_999
DUE = NOON + timedelta(days=14)
END = DUE + timedelta(days=14)
MOMENT = timedelta(seconds=1)


def _sweep(remitter: Payer, now: datetime) -> int:
    """How many orders ended."""
    with remitter.database.transaction() as session:
        return sum(end_order(session, each, now) for each in due_orders(session, Timeline(None, now), 100))


def _staged(remitter: Payer, topic: str) -> list[str]:
    staged = select(OutboxEntry.cause).where(OutboxEntry.topic == topic).order_by(OutboxEntry.id)
    with remitter.database.transaction() as session:
        return [cause.removeprefix(f"{topic}/") for cause in session.scalars(staged)]


def _remind(remitter: Payer, now: datetime) -> None:
    with remitter.database.transaction() as session:
        remind_of_transfers(session, Timeline(None, now), 100)


def test_it_is_canceled_when_its_time_is_over(remitter: Payer) -> None:
    invoice_id = remitter.order()
    assert _sweep(remitter, END - MOMENT) == 0
    assert remitter.invoice(invoice_id).status is InvoiceStatus.PENDING

    assert _sweep(remitter, END) == 1
    assert remitter.invoice(invoice_id).status is InvoiceStatus.VOID
    assert _staged(remitter, "order_canceled") == [str(invoice_id)]
    assert _sweep(remitter, END) == 0


def test_what_came_of_its_money_is_kept(remitter: Payer) -> None:
    invoice_id = remitter.order()
    remitter.pay(invoice_id, 1_000)
    assert _sweep(remitter, END) == 1
    assert remitter.invoice(invoice_id).status is InvoiceStatus.VOID
    assert (remitter.kept(), remitter.credits()) == ({"USD": 1_000}, 0)


def test_money_that_comes_too_late_is_kept_and_calls_a_person(remitter: Payer) -> None:
    invoice_id = remitter.order()
    _sweep(remitter, END)
    remitter.pay(invoice_id, PRICE, now=END + MOMENT)
    [(_, _, allocated_minor, remark)] = remitter.receipts()
    assert (allocated_minor, bool(remark)) == (0, True)
    assert (remitter.kept(), remitter.credits()) == ({"USD": PRICE}, 0)


def test_what_is_paid_is_never_canceled(remitter: Payer) -> None:
    invoice_id = remitter.order()
    remitter.pay(invoice_id, PRICE, now=END - MOMENT)
    assert _sweep(remitter, END) == 0
    assert remitter.invoice(invoice_id).status is InvoiceStatus.PAID


def test_a_claim_that_nobody_has_decided_about_keeps_it_open(remitter: Payer) -> None:
    invoice_id = remitter.order()
    claim_id = remitter.claim(invoice_id, PRICE)
    assert _sweep(remitter, END) == 0
    remitter.reject(claim_id)
    assert _sweep(remitter, END) == 1
    assert remitter.invoice(invoice_id).status is InvoiceStatus.VOID


def test_a_claim_keeps_it_open_for_a_week(remitter: Payer) -> None:
    invoice_id = remitter.order()
    claim_id = remitter.claim(invoice_id, PRICE)
    over = END + timedelta(days=7)
    assert (_sweep(remitter, over - MOMENT), _sweep(remitter, over)) == (0, 1)
    remitter.approve(claim_id, now=over + MOMENT)
    assert (remitter.calls(), remitter.kept(), remitter.credits()) == (["invoice_void"], {"USD": PRICE}, 0)


def test_a_cent_or_what_is_claimed_too_late_keeps_nothing_open(remitter: Payer) -> None:
    invoice_id = remitter.order()
    remitter.claim(invoice_id, 1)
    remitter.claim(invoice_id, PRICE, now=END)
    assert _sweep(remitter, END) == 1


def test_a_page_that_is_open_is_closed_first(remitter: Payer) -> None:
    invoice_id = remitter.order()
    with remitter.database.transaction() as session:
        paid = PayInvoice(
            invoice_id=invoice_id, success_url="https://shop.example/", cancel_url="https://shop.example/"
        )
        intend_page(session, "page", paid, "stripe", Wall(END - MOMENT))
    assert _sweep(remitter, END) == 0
    assert remitter.invoice(invoice_id).status is InvoiceStatus.PENDING
    assert len(_staged(remitter, "cancel_payment")) == 1

    with remitter.database.transaction() as session:
        session.execute(update(PaymentAttempt).values(status=AttemptStatus.EXPIRED))
    assert _sweep(remitter, END) == 1


def test_reminders_go_out_as_for_any_transfer(remitter: Payer) -> None:
    invoice_id = remitter.order()
    for days in (-4, -3, 1, 7):
        _remind(remitter, DUE + timedelta(days=days))
    assert _staged(remitter, "payment_reminder") == [f"{invoice_id}/{day}" for day in (-3, 1, 7)]


def test_what_a_card_is_to_pay_is_no_order(books: Books, ada: UUID, april: UUID) -> None:
    may = utc("2026-05-01 10:00")
    books.catch_up(may)
    books.answer(may, decline="insufficient_funds")
    with books.database.transaction() as session:
        assert due_orders(session, Timeline(None, may + timedelta(days=365)), 100) == []
        assert remind_of_transfers(session, Timeline(None, may + timedelta(days=1)), 100) == 0


def test_where_the_policy_marks_unpaid_it_stands(remitter: Payer) -> None:
    remitter.order()
    with remitter.database.transaction() as session:
        session.execute(update(DunningPolicy).values(at_the_end=DunningEnd.MARK_UNPAID))
    assert _sweep(remitter, END + timedelta(days=365)) == 0
