"""Money that came and fits nothing that was open: it is booked as received, kept for the account, and seen."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from billing.clocks.wall import Wall
from billing.invoices.tables import InvoiceStatus
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.outcomes.record_outcome import Outcome, record_outcome, record_outcomes
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.receipts.tables import Receipt, ReceiptRemark
from billing.subscriptions.tables import SubscriptionStatus
from schemas.facts.payments import PaymentFact, PaymentStatus
from tests.billing.conftest import NOON
from tests.billing.purchases import fact, start_purchase
from tests.billing.subscribers import Books, utc

START = utc("2026-01-31 10:00")
SOON = utc("2026-01-31 11:00")
RENEWAL = utc("2026-02-28 10:00")


def record(books: Books, news: PaymentFact) -> Outcome:
    with books.database.transaction() as session:
        return record_outcome(session, news, Wall(NOON))


def remarks(books: Books) -> list[ReceiptRemark]:
    with books.database.transaction() as session:
        return list(session.scalars(select(Receipt.remark).order_by(Receipt.id)))


def at_gateway(books: Books, currency: str = "USD") -> int:
    with books.database.transaction() as session:
        return balances(session)[(LedgerAccount.GATEWAY_CLEARING, "stripe", currency)]


@pytest.mark.parametrize("minor", [1, 2_998])
def test_less_than_a_package_costs_buys_nothing_and_is_kept(books: Books, account_id: UUID, minor: int) -> None:
    request = start_purchase(books.database, account_id, NOON)
    with capture_logs() as lines:
        record(books, fact(request, PaymentStatus.CAPTURED, amount_minor=minor))
    told = [(line["event"], line["log_level"], line["remark"], line["cause"]) for line in lines]
    payment = f"payment_captured/stripe/pi_{request.attempt_id}"
    assert told == [("receipt_needs_a_look", "error", "other_amount", payment)]
    assert [invoice.status for invoice in books.invoices(account_id)] == [InvoiceStatus.VOID]
    assert (books.kept_minor(account_id), at_gateway(books), remarks(books)) == (
        minor, minor, [ReceiptRemark.OTHER_AMOUNT],
    )  # fmt: skip


def test_more_than_a_package_costs_buys_it_and_the_rest_is_kept(books: Books, account_id: UUID) -> None:
    request = start_purchase(books.database, account_id, NOON)
    record(books, fact(request, PaymentStatus.CAPTURED, amount_minor=3_500))
    assert [invoice.status for invoice in books.invoices(account_id)] == [InvoiceStatus.PAID]
    assert (books.kept_minor(account_id), at_gateway(books), remarks(books)) == (
        501, 3_500, [ReceiptRemark.OTHER_AMOUNT],
    )  # fmt: skip


def test_another_currency_buys_nothing_and_is_kept_as_it_came(books: Books, account_id: UUID) -> None:
    request = start_purchase(books.database, account_id, NOON)
    record(books, fact(request, PaymentStatus.CAPTURED, currency="EUR"))
    assert [invoice.status for invoice in books.invoices(account_id)] == [InvoiceStatus.VOID]
    assert (books.kept_minor(account_id, "EUR"), books.kept_minor(account_id, "USD")) == (2_999, 0)
    assert (at_gateway(books, "EUR"), remarks(books)) == (2_999, [ReceiptRemark.OTHER_CURRENCY])


def test_paid_after_the_page_had_expired_the_money_is_kept(books: Books, account_id: UUID) -> None:
    request = start_purchase(books.database, account_id, NOON)
    record(books, fact(request, PaymentStatus.EXPIRED))
    news = fact(request, PaymentStatus.CAPTURED)
    assert [record(books, news) for _ in range(2)] == [Outcome.RECORDED, Outcome.KNOWN]
    assert (books.kept_minor(account_id), at_gateway(books)) == (2_999, 2_999)
    assert remarks(books) == [ReceiptRemark.INVOICE_VOID]


def test_paid_on_two_pages_of_one_purchase_the_second_payment_is_kept(books: Books, account_id: UUID) -> None:
    request = start_purchase(books.database, account_id, NOON)
    first = fact(request, PaymentStatus.CAPTURED)
    second = replace(first, checkout_ref="cs_test_second", payment_ref="pi_second")
    outcomes = [record(books, news) for news in (first, second, second, first)]
    assert outcomes[:2] == [Outcome.RECORDED, Outcome.RECORDED]
    assert (books.kept_minor(account_id), at_gateway(books)) == (2_999, 2 * 2_999)
    assert remarks(books) == [ReceiptRemark.NONE, ReceiptRemark.PAID_TWICE]


def test_both_payments_in_one_batch_come_to_the_same(books: Books, account_id: UUID) -> None:
    request = start_purchase(books.database, account_id, NOON)
    first = fact(request, PaymentStatus.CAPTURED)
    record(books, first)
    second = replace(first, payment_ref="pi_second")
    with books.database.transaction() as session:
        record_outcomes(session, [first, second, second], Wall(NOON))
    assert (books.kept_minor(account_id), at_gateway(books)) == (2_999, 2 * 2_999)


@pytest.mark.parametrize("references", [("", "pi_1"), ("pi_1", ""), ("", "")])
def test_a_payment_that_gets_its_reference_later_is_no_second_one(
    books: Books, account_id: UUID, references: tuple[str, str]
) -> None:
    request = start_purchase(books.database, account_id, NOON)
    news = fact(request, PaymentStatus.CAPTURED)
    told = [record(books, replace(news, payment_ref=reference)) for reference in references]
    assert told == [Outcome.RECORDED, Outcome.KNOWN]
    assert (books.kept_minor(account_id), at_gateway(books), remarks(books)) == (0, 2_999, [ReceiptRemark.NONE])


def test_a_renewal_that_is_paid_in_part_is_asked_for_the_rest(books: Books) -> None:
    """14 dollars of 99 came; the retry asks for the other 85, and the period is paid."""
    ada = books.open()
    books.give_card(ada, START)
    subscription_id = books.subscribe(ada, START)
    books.answer(SOON)
    books.come_due(RENEWAL)
    _answer_with(books, 1_400)
    renewal = books.invoices(ada)[-1]
    assert (renewal.status, renewal.left_minor) == (InvoiceStatus.PENDING, 8_500)
    assert remarks(books)[-1] is ReceiptRemark.OTHER_AMOUNT

    assert books.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE

    books.give_card(ada, RENEWAL)  # a new card is tried at once
    assert books.answer(RENEWAL) == 1
    assert books.paid_minor(ada) == 2 * 9_900
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE


def test_an_invoice_that_was_paid_by_another_charge_meanwhile_is_paid_once(books: Books) -> None:
    ada = _paid_twice(books)
    assert [invoice.status for invoice in books.invoices(ada)] == [InvoiceStatus.PAID] * 2
    assert (books.kept_minor(ada), remarks(books)[-1]) == (9_900, ReceiptRemark.PAID_TWICE)


def test_kept_money_of_a_double_payment_pays_the_next_renewal(books: Books) -> None:
    ada = _paid_twice(books)
    books.come_due(utc("2026-03-31 10:00"))
    assert books.invoices(ada)[-1].status is InvoiceStatus.PAID, "nothing is charged for March"
    assert books.kept_minor(ada) == 0


def _paid_twice(books: Books) -> UUID:
    """The first charge failed, the second paid; then the bank says that the first went through after all."""
    ada = books.open()
    books.give_card(ada, START)
    books.subscribe(ada, START)
    books.answer(SOON)
    books.come_due(RENEWAL)
    books.answer(RENEWAL, "processing_error")
    books.give_card(ada, RENEWAL)
    books.answer(RENEWAL)
    books.capture_late(RENEWAL)
    return ada


def _answer_with(books: Books, minor: int) -> None:
    with books.database.transaction() as session:
        attempt = session.scalars(select(PaymentAttempt).where(PaymentAttempt.status == AttemptStatus.CREATED)).one()
    record(
        books,
        PaymentFact(
            gateway="stripe", attempt_id=str(attempt.id), checkout_ref="", payment_ref=f"pi_{attempt.id.hex}",
            charge_ref="", customer_ref=attempt.request["customer_ref"], status=PaymentStatus.CAPTURED,
            amount_minor=minor, currency="USD", paid_at=RENEWAL,
        ),
    )  # fmt: skip
