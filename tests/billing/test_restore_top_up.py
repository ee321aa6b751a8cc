"""Automatic purchases that were paid and forgotten: restored once, with their credits, and not bought again."""

from uuid import UUID

import pytest
from sqlalchemy import select

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.invoices.tables import InvoiceReason, InvoiceStatus
from billing.outcomes.restore_payment import Restored, restore_payment
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.top_ups.set import set_top_up
from billing.usage.consume import consume_credits
from database.ids import uuid7
from schemas.facts.payments import MarkedPaymentFact, PaymentFact, PaymentMarks, PaymentStatus
from tests.billing.conftest import NOON
from tests.billing.prepaid import Prepaid
from tests.billing.subscribers import Books

VALUE_CREDITS, VALUE_MINOR = 2_000, 2_999


@pytest.fixture
def thirsty(books: Books, prepaid: Prepaid) -> Prepaid:
    """A customer with 100 credits and a card, who buys a value package below 50, twice a month at most."""
    prepaid.grant(100, NOON)
    books.give_card(prepaid.account_id, NOON)
    with books.database.transaction() as session:
        set_top_up(session, prepaid.account_id, "value", 50, 2, NOON)
    return prepaid


def _charged_and_forgotten(
    ada: Prepaid, status: PaymentStatus = PaymentStatus.CAPTURED, minor: int | None = None
) -> MarkedPaymentFact:
    """Her credits run low, a package is charged; then the server is lost with all of it."""
    with ada.database.rehearsal() as session:
        consume_credits(session, ada.account_id, 60, f"use/{uuid7()}", "", NOON)
        (attempt,) = session.scalars(select(PaymentAttempt).where(PaymentAttempt.status == AttemptStatus.CREATED)).all()
    payment = PaymentFact(
        gateway="stripe", attempt_id=str(attempt.id), checkout_ref="", payment_ref=f"pi_{attempt.id}",
        charge_ref=f"ch_{attempt.id}", customer_ref=attempt.request["customer_ref"], status=status,
        amount_minor=minor or attempt.amount_minor, currency="USD",
        paid_at=NOON if status is PaymentStatus.CAPTURED else None,
    )  # fmt: skip
    return MarkedPaymentFact(payment, PaymentMarks(**attempt.request["marks"]))


def _restore(ada: Prepaid, marked: MarkedPaymentFact) -> Restored:
    with ada.database.transaction() as session:
        return restore_payment(session, marked, NOON)


def _attempts(ada: Prepaid, invoice_id: UUID) -> list[tuple[AttemptKind, AttemptStatus]]:
    with ada.database.transaction() as session:
        found = select(PaymentAttempt.kind, PaymentAttempt.status).where(PaymentAttempt.invoice_id == invoice_id)
        return [(kind, status) for kind, status in session.execute(found)]


def test_its_credits_are_granted_once_and_nothing_is_charged_again(books: Books, thirsty: Prepaid) -> None:
    marked = _charged_and_forgotten(thirsty)
    assert [_restore(thirsty, marked) for _ in range(2)] == [Restored.PURCHASE, Restored.KNOWN]
    (invoice,) = books.invoices(thirsty.account_id)
    assert (str(invoice.id), invoice.status, invoice.reason, invoice.cause) == (
        marked.marks.invoice_id, InvoiceStatus.PAID, InvoiceReason.TOP_UP, marked.marks.cause,
    )  # fmt: skip
    assert _attempts(thirsty, invoice.id) == [(AttemptKind.CHARGE, AttemptStatus.CAPTURED)]

    thirsty.use(60, NOON)  # the product tells again what was used
    assert (books.answer(NOON), thirsty.balance(NOON)) == (0, 40 + VALUE_CREDITS)
    assert (books.paid_minor(thirsty.account_id), books.kept_minor(thirsty.account_id)) == (VALUE_MINOR, 0)


def test_it_counts_for_its_month(books: Books, thirsty: Prepaid) -> None:
    """Of two that the month may have, one is left."""
    _restore(thirsty, _charged_and_forgotten(thirsty))
    for bought in (1, 0):
        thirsty.use(thirsty.balance(NOON), NOON)
        assert books.answer(NOON) == bought


def test_the_next_is_told_from_all_that_the_gateway_has_heard_of(books: Books, thirsty: Prepaid) -> None:
    """The books have forgotten two: the first was declined, and nothing of it is restored."""
    forgotten = _charged_and_forgotten(thirsty)
    cause = f"{forgotten.marks.cause.rpartition('/')[0]}/2"
    marks = PaymentMarks(forgotten.marks.account_id, forgotten.marks.invoice_id, "", "value", cause)
    assert _restore(thirsty, MarkedPaymentFact(forgotten.payment, marks)) is Restored.PURCHASE

    thirsty.use(thirsty.balance(NOON), NOON)
    assert [invoice.cause.rpartition("/")[2] for invoice in books.invoices(thirsty.account_id)] == ["2", "3"]
    assert books.answer(NOON) == 1


def test_what_is_heard_of_after_the_next_has_begun_is_a_purchase_beside_it(books: Books, thirsty: Prepaid) -> None:
    """It was still pending when the books were restored, and clears days later."""
    pending = _charged_and_forgotten(thirsty, PaymentStatus.PENDING)
    assert _restore(thirsty, pending) is Restored.NOTHING
    captured = _charged_and_forgotten(thirsty)
    thirsty.use(60, NOON)
    assert books.answer(NOON) == 1
    assert _restore(thirsty, captured) is Restored.PURCHASE
    assert thirsty.balance(NOON) == 40 + 2 * VALUE_CREDITS
    assert [invoice.status for invoice in books.invoices(thirsty.account_id)] == [InvoiceStatus.PAID] * 2


def test_what_it_asked_for_from_before_is_paid_too(books: Books, thirsty: Prepaid) -> None:
    """A few cents of a start were owed; its charge asked for them beside its own price."""
    with books.database.transaction() as session:
        issue_coupon(session, "CHEAP", CouponTerms(percent_ppm=998_000, periods=1))
    books.subscribe(thirsty.account_id, NOON, coupon="CHEAP")
    thirsty.use(500, NOON)  # those of the plan
    assert books.kept_minor(thirsty.account_id) == -20
    marked = _charged_and_forgotten(thirsty)
    assert marked.payment.amount_minor == VALUE_MINOR + 20
    assert _restore(thirsty, marked) is Restored.PURCHASE
    assert books.kept_minor(thirsty.account_id) == 0


@pytest.mark.parametrize("minor", [1, VALUE_MINOR - 1])
def test_what_costs_more_by_now_is_kept(books: Books, thirsty: Prepaid, minor: int) -> None:
    assert _restore(thirsty, _charged_and_forgotten(thirsty, minor=minor)) is Restored.PURCHASE
    assert (books.kept_minor(thirsty.account_id), thirsty.balance(NOON)) == (minor, 100)
