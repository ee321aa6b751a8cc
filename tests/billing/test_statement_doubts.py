"""A line that may be other money than was approved, or the money of another claim, is booked by nobody but a person."""

from datetime import timedelta
from uuid import UUID

import pytest

from billing.accounts.open import open_account
from billing.manual_payments.rules import DAYS_APART_MAX
from billing.statements.rules import Finding
from database.ids import uuid7
from schemas.facts.statements import BankLine
from tests.billing.conftest import ADA
from tests.billing.payers import TODAY, Payer
from tests.billing.tellers import PRICE, Teller, line


def _line(remitter: Payer, invoice_id: UUID, minor: int = PRICE, ref: str = "BANK-1") -> BankLine:
    return line(minor, remitter.reference(invoice_id), ref)


def test_what_went_out_of_the_books_may_really_come(remitter: Payer, teller: Teller, billed: UUID) -> None:
    """Approved by mistake and taken out again, then the customer pays: the line is other money."""
    never_came = remitter.pay(billed, PRICE)
    remitter.pay_back(never_came, PRICE)
    [line_id] = teller.keep(_line(remitter, billed))
    assert teller.book(line_id) == Finding.UNSEEN
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]

    remitter.approve(teller.match(line_id, billed))
    assert [minor for minor, *_ in remitter.receipts()] == [PRICE, PRICE]
    assert (teller.row(line_id).claim_id == never_came, remitter.row(never_came).seen_minor) == (False, 0)
    assert teller.violations() == []


def test_what_was_paid_back_as_wished_is_seen_later(remitter: Payer, teller: Teller, billed: UUID) -> None:
    """Approved by hand, paid back, and both stand in the next file: nothing moves again."""
    claim_id = remitter.pay(billed, PRICE)
    remitter.pay_back(claim_id, PRICE)
    came, left = teller.keep(_line(remitter, billed), line(-PRICE, "refund", "BANK-2"))
    assert (teller.book(came), teller.book(left)) == (Finding.UNSEEN, Finding.REFUND)
    teller.see(came, claim_id)
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]
    assert teller.violations() == []


def test_a_part_that_never_came_is_not_what_comes_later(remitter: Payer, teller: Teller, billed: UUID) -> None:
    never_came = remitter.pay(billed, 1_500)
    remitter.pay_back(never_came, 1_500)
    file = (_line(remitter, billed, 1_500), _line(remitter, billed, 1_499, "BANK-2"))
    assert teller.take(*file) == [Finding.UNSEEN, Finding.UNSEEN]
    for waiting in teller.open():
        remitter.approve(teller.match(waiting.id, billed))
    assert remitter.invoice(billed).left_minor == 0
    assert teller.violations() == []


@pytest.mark.parametrize("days", [0, 2 * DAYS_APART_MAX.days])
def test_money_that_was_claimed_for_another_invoice_is_not_booked_twice(
    remitter: Payer, teller: Teller, billed: UUID, days: int
) -> None:
    """The customer claims it for the first of two orders, and paid by the reference of the second."""
    second = remitter.order()
    spaced = " ".join(remitter.reference(second))
    remitter.approve(remitter.claim(billed, PRICE, paid_on=TODAY - timedelta(days=days), paid_as=spaced))
    assert teller.take(_line(remitter, second), _line(remitter, billed, ref="BANK-2")) == [Finding.UNSEEN] * 2
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]


@pytest.mark.parametrize(
    ("minor", "days", "finding"),
    [
        (PRICE, DAYS_APART_MAX, Finding.UNSEEN),
        (PRICE - 1, timedelta(0), Finding.REFERENCE),
        (PRICE, DAYS_APART_MAX + timedelta(days=1), Finding.REFERENCE),
    ],
    ids=["as much", "another amount", "another month"],
)
def test_as_much_for_another_invoice_of_the_account_may_be_the_same(
    remitter: Payer, teller: Teller, billed: UUID, minor: int, days: timedelta, finding: Finding
) -> None:
    remitter.approve(remitter.claim(billed, minor, paid_on=TODAY - days))
    assert teller.take(_line(remitter, remitter.order())) == [finding]


def test_as_much_of_another_customer_is_another_payment(remitter: Payer, teller: Teller, billed: UUID) -> None:
    remitter.pay(billed, PRICE)
    with remitter.database.transaction() as session:
        other = Payer(remitter.database, open_account(session, uuid7(), ADA))
    mine, named = other.order(), other.order()
    remitter.approve(remitter.claim(billed, PRICE, paid_on=TODAY - 2 * DAYS_APART_MAX, paid_as=other.reference(named)))
    assert teller.take(_line(other, mine), _line(other, named, ref="BANK-2")) == [Finding.REFERENCE, Finding.UNSEEN]


def test_nearly_as_much_as_a_claim_that_waits_is_a_persons(remitter: Payer, teller: Teller, billed: UUID) -> None:
    """The payer's bank took a fee: who books the line, and approves the claim later, has the money twice."""
    claim_id = remitter.claim(billed, PRICE)
    file = _line(remitter, billed, PRICE - 9)
    assert teller.take(file) == [Finding.UNSEEN]
    remitter.approve(claim_id)
    teller.see(teller.open()[0].id, claim_id)
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "other_amount")]
    assert teller.violations() == []


def test_of_two_halves_that_wait_each_is_proved_by_its_line(remitter: Payer, teller: Teller, billed: UUID) -> None:
    halves = {remitter.claim(billed, 1_500), remitter.claim(billed, 1_499)}
    file = (_line(remitter, billed, 1_500), _line(remitter, billed, 1_499, "BANK-2"))
    assert teller.take(*file) == [Finding.PART, Finding.REFERENCE]
    assert (set(teller.claims()), remitter.calls()) == (halves, [])


@pytest.mark.parametrize(("minor", "days"), [(1_400, DAYS_APART_MAX.days + 1), (1_401, 0)])
def test_a_claim_beside_a_line_that_none_explains_calls_a_person(
    remitter: Payer, teller: Teller, billed: UUID, minor: int, days: int
) -> None:
    """The bank's line is booked; then the customer's form comes, with another day or amount."""
    assert teller.take(_line(remitter, billed, 1_400)) == [Finding.PART]
    remitter.approve(remitter.claim(billed, minor, paid_on=TODAY - timedelta(days=days)))
    assert remitter.calls() == ["paid_twice"]


def test_a_claim_of_what_the_bank_told_for_another_invoice_calls_a_person(
    remitter: Payer, teller: Teller, billed: UUID
) -> None:
    second = remitter.order()
    text = f"Thank you! {remitter.reference(second)} of Monday"
    assert teller.take(line(PRICE, text, "BANK-1")) == [Finding.REFERENCE]
    remitter.approve(remitter.claim(billed, PRICE - 1, paid_as=remitter.reference(second)))
    assert remitter.calls() == ["paid_twice"]
