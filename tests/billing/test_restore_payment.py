"""A payment that the books have forgotten is written into them again, once, for whoever it was of."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.clocks.timelines import Timeline
from billing.clocks.wall import Wall
from billing.credits.queries import view_balance
from billing.dunning.retry_due import due_retries
from billing.invoices.tables import InvoiceStatus
from billing.outcomes.record_outcome import Outcome, record_outcome
from billing.outcomes.restore_payment import Restored, restore_payment
from billing.payments.queries import open_checkouts
from billing.payments.start_checkout import LOOK_UP_AFTER
from billing.receipts.tables import Receipt, ReceiptRemark
from billing.subscriptions.queries import show_subscription
from billing.subscriptions.tables import SubscriptionStatus
from database.ids import uuid7
from schemas.facts.payments import MarkedPaymentFact, PaymentFact, PaymentMarks, PaymentStatus
from tests.billing.conftest import NOON
from tests.billing.subscribers import Books, utc

START, SOON, RENEWAL = utc("2026-01-31 10:00"), utc("2026-01-31 11:00"), utc("2026-02-28 10:00")


def _paid(
    account_id: UUID | str, minor: int, status: PaymentStatus = PaymentStatus.CAPTURED, **marks: str
) -> MarkedPaymentFact:
    attempt_id = str(uuid7())
    payment = PaymentFact(
        gateway="stripe", attempt_id=attempt_id, checkout_ref="", payment_ref=f"pi_{attempt_id}",
        charge_ref=f"ch_{attempt_id}", customer_ref="cus_1", status=status, amount_minor=minor, currency="USD",
        paid_at=NOON if status is PaymentStatus.CAPTURED else None,
    )  # fmt: skip
    return MarkedPaymentFact(payment, PaymentMarks(account_id=str(account_id), **{"invoice_id": str(uuid7()), **marks}))


def _paying(books: Books, account_id: UUID, page: str = "") -> MarkedPaymentFact:
    """The payment of the account's last invoice that came after the backup, by another card or on a page."""
    invoice = books.invoices(account_id)[-1]
    marks = {"invoice_id": str(invoice.id), "invoice_number": invoice.number or "", "cause": f"new_card/{invoice.id}/1"}
    marked = _paid(account_id, invoice.left_minor, PaymentStatus.CAPTURED, **marks)
    return replace(marked, payment=replace(marked.payment, checkout_ref=page))


def _restore(books: Books, marked: MarkedPaymentFact) -> Restored:
    with books.database.transaction() as session:
        return restore_payment(session, marked, NOON)


def test_a_purchase_is_bought_again_under_its_ids_and_once(books: Books, account_id: UUID) -> None:
    marked = _paid(account_id, 2_999, package="value", cause="operation/1")
    assert [_restore(books, marked) for _ in range(2)] == [Restored.PURCHASE, Restored.KNOWN]
    (invoice,) = books.invoices(account_id)
    assert (str(invoice.id), invoice.status, invoice.cause) == (
        marked.marks.invoice_id,
        InvoiceStatus.PAID,
        "operation/1",
    )
    with books.database.transaction() as session:
        assert view_balance(session, account_id, NOON).balance == 2_000
        assert record_outcome(session, marked.payment, Wall(NOON)) is Outcome.KNOWN


def test_a_page_that_is_open_is_asked_about_like_any_other(books: Books, account_id: UUID) -> None:
    marked = _paid(account_id, 2_999, PaymentStatus.PENDING, package="value")
    opened = replace(marked, payment=replace(marked.payment, checkout_ref="cs_1", payment_ref="", charge_ref=""))
    assert _restore(books, opened) is Restored.PURCHASE
    with books.database.transaction() as session:
        (page,) = open_checkouts(session, Wall(NOON + LOOK_UP_AFTER), 10)
    assert (page.checkout_ref, page.request.customer_ref) == ("cs_1", "cus_1")
    assert [quantity * minor for _, quantity, minor in page.request.lines] == [2_999]


@pytest.mark.parametrize("minor", [1, 2_998])
def test_what_costs_more_by_now_is_kept(books: Books, account_id: UUID, minor: int) -> None:
    assert _restore(books, _paid(account_id, minor, package="value")) is Restored.PURCHASE
    assert books.kept_minor(account_id) == minor


@pytest.mark.parametrize("package", ["", "gone"])
def test_money_for_what_nobody_remembers_is_kept_and_calls_a_person(
    books: Books, account_id: UUID, package: str
) -> None:
    marked = _paid(account_id, 9_900, package=package)
    assert [_restore(books, marked) for _ in range(2)] == [Restored.KEPT, Restored.KNOWN]
    with books.database.transaction() as session:
        assert session.scalars(select(Receipt.remark)).all() == [ReceiptRemark.RESTORED]
        # its events come after all, and bear the mark of an attempt that is gone
        assert record_outcome(session, marked.payment, Wall(NOON)) is Outcome.KNOWN
    assert books.kept_minor(account_id) == 9_900


def test_a_renewal_that_was_charged_and_forgotten_is_billed_again_and_not_charged_again(books: Books) -> None:
    ada = books.open()
    books.give_card(ada, START)
    books.subscribe(ada, START)
    books.answer(SOON)
    assert _restore(books, _paid(ada, 9_900, invoice_number="INV-2026-02-00001")) is Restored.KEPT
    books.come_due(RENEWAL)
    assert books.answer(RENEWAL) == 0, "there is nothing to charge"
    assert [invoice.status for invoice in books.invoices(ada)] == [InvoiceStatus.PAID] * 2
    assert books.kept_minor(ada) == 0


@pytest.mark.parametrize("page", ["", "cs_1"])
def test_what_paid_an_invoice_that_the_books_have_pays_it_again(books: Books, ada: UUID, page: str) -> None:
    subscription_id = books.subscribe(ada, START)
    books.answer(SOON)
    books.come_due(RENEWAL)
    books.answer(RENEWAL, "insufficient_funds")
    marked = _paying(books, ada, page)
    assert [_restore(books, marked) for _ in range(2)] == [Restored.INVOICE, Restored.KNOWN]
    assert [invoice.status for invoice in books.invoices(ada)] == [InvoiceStatus.PAID] * 2
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    with books.database.transaction() as session:
        assert due_retries(session, Timeline(None, RENEWAL + timedelta(days=30)), 10) == []
        assert record_outcome(session, marked.payment, Wall(NOON)) is Outcome.KNOWN
    assert books.kept_minor(ada) == 0


def test_what_paid_for_a_start_or_a_change_that_the_books_have_lets_it_begin(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, START)
    books.answer(START, "insufficient_funds")
    assert _restore(books, _paying(books, ada)) is Restored.INVOICE
    books.change(subscription_id, "scale", SOON)
    books.answer(SOON, "insufficient_funds")
    assert _restore(books, _paying(books, ada)) is Restored.INVOICE
    with books.database.transaction() as session:
        shown = show_subscription(session, subscription_id)
    assert (shown.status, shown.plan, shown.pending_change) == ("active", "scale", None)


def test_what_the_books_hold_under_way_for_a_restored_invoice_is_not_charged_as_well(books: Books, ada: UUID) -> None:
    books.subscribe(ada, START)
    assert _restore(books, _paying(books, ada, "cs_1")) is Restored.INVOICE
    assert books.answer(SOON) == 0, "the charge of the backup is dropped"
    assert (books.paid_minor(ada), books.kept_minor(ada)) == (9_900, 0)


def test_what_is_paid_in_the_books_is_not_paid_again_and_the_money_is_kept(books: Books, ada: UUID) -> None:
    books.subscribe(ada, START)
    marked = _paying(books, ada)
    books.answer(SOON)
    assert _restore(books, marked) is Restored.INVOICE
    assert books.kept_minor(ada) == 9_900
    with books.database.transaction() as session:
        assert ReceiptRemark.PAID_TWICE in session.scalars(select(Receipt.remark)).all()


def test_of_what_is_not_paid_its_invoice_hears_nothing(books: Books, ada: UUID) -> None:
    books.subscribe(ada, START)
    waiting = _paying(books, ada)
    waiting = replace(waiting, payment=replace(waiting.payment, status=PaymentStatus.PENDING, paid_at=None))
    assert _restore(books, waiting) is Restored.NOTHING


def test_nobody_pays_the_invoice_of_another_account(books: Books, ada: UUID) -> None:
    books.subscribe(ada, START)
    eve = books.open("Eve")
    marked = _paying(books, ada)
    assert _restore(books, replace(marked, marks=replace(marked.marks, account_id=str(eve)))) is Restored.KEPT
    assert (books.kept_minor(eve), books.invoices(ada)[-1].status) == (9_900, InvoiceStatus.PENDING)


@pytest.mark.parametrize("status", [PaymentStatus.FAILED, PaymentStatus.EXPIRED])
def test_what_was_never_paid_is_left_alone(books: Books, account_id: UUID, status: PaymentStatus) -> None:
    assert _restore(books, _paid(account_id, 2_999, status, package="value")) is Restored.NOTHING
    assert books.invoices(account_id) == []


@pytest.mark.parametrize("account", ["", "nobody", "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"])
def test_of_an_unknown_account_nothing_is_written(books: Books, account: str) -> None:
    marked = replace(_paid("", 2_999, package="value"), marks=PaymentMarks(account_id=account, package="value"))
    assert _restore(books, marked) is Restored.ACCOUNT_UNKNOWN
