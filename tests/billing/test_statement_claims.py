"""One transfer is told twice, by its customer and by the bank: it is in the books once, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from billing.errors import Rejected
from billing.invoices.tables import InvoiceStatus
from billing.manual_payments.reject import reject_claim
from billing.manual_payments.rules import DAYS_APART_MAX
from billing.manual_payments.submit import Claimed, submit_claim
from billing.manual_payments.withdraw import withdraw_claim
from billing.money import Money
from billing.payment_methods.tables import ManualMethod
from billing.receipts.look_at import look_at
from billing.statements.rules import Finding
from database.ids import uuid7
from schemas.facts.statements import BankLine
from tests.billing.payers import NOON, TODAY, Payer
from tests.billing.tellers import PRICE, Teller, line
from tests.billing.waiting import await_waiting


@pytest.fixture
def halved(remitter: Payer, billed: UUID) -> UUID:
    """15.00 USD of it were claimed and approved by hand."""
    return remitter.pay(billed, 1_500)


def _line(remitter: Payer, invoice_id: UUID, minor: int = PRICE, ref: str = "BANK-1", **fields: object) -> BankLine:
    return line(minor, remitter.reference(invoice_id), ref, **fields)  # type: ignore[arg-type] # by name


@pytest.mark.parametrize(
    ("claimed", "days", "booked"),
    [(1_400, DAYS_APART_MAX.days + 1, 1_400), (1_600, 0, 1_300), (1_400, 0, 1_500), (1_499, 1, 1_500)],
    ids=["another day", "typed too much", "typed too little", "a cent off"],
)
def test_what_may_have_been_approved_by_hand_is_a_persons(
    remitter: Payer, teller: Teller, billed: UUID, claimed: int, days: int, booked: int
) -> None:
    claim_id = remitter.claim(billed, claimed, paid_on=TODAY - timedelta(days=days))
    remitter.approve(claim_id)
    assert teller.take(_line(remitter, billed, booked)) == [Finding.UNSEEN]
    assert remitter.receipts() == [(claimed, "USD", claimed, "")]


def test_half_by_the_wallet_and_half_by_transfer_is_a_persons(remitter: Payer, teller: Teller, billed: UUID) -> None:
    """As much on the same day, by another way: it is another payment, or the way was mistaken."""
    claim_id, half = uuid7(), Money(1_500, "USD")
    wallet = Claimed(billed, ManualMethod.LOCAL_WALLET, half, TODAY, "product", f"operation/{claim_id}")
    with remitter.database.transaction() as session:
        submit_claim(session, claim_id, wallet, NOON)
    remitter.approve(claim_id)
    assert teller.take(_line(remitter, billed, 1_500)) == [Finding.UNSEEN]
    teller.see(teller.open()[0].id, claim_id)
    assert remitter.receipts() == [(1_500, "USD", 1_500, "")]


def test_what_a_claim_waits_for_may_still_be_what_another_was_approved_for(
    remitter: Payer, teller: Teller, billed: UUID, halved: UUID
) -> None:
    remitter.claim(billed, 1_499)
    assert teller.take(_line(remitter, billed, 1_499)) == [Finding.UNSEEN]
    assert remitter.receipts() == [(1_500, "USD", 1_500, "")]


def test_what_was_approved_is_seen_before_what_waits(remitter: Payer, teller: Teller, billed: UUID) -> None:
    """The form was sent twice, and the second of the two was approved: the line books nothing more."""
    waits = remitter.claim(billed, 1_500)
    approved = remitter.pay(billed, 1_500)
    [line_id] = teller.keep(_line(remitter, billed, 1_500))
    assert teller.book(line_id) == Finding.APPROVED_BEFORE
    assert (teller.row(line_id).claim_id, remitter.row(waits).status) == (approved, "submitted")
    assert remitter.receipts() == [(1_500, "USD", 1_500, "")]


def test_what_came_short_calls_a_person_and_goes_out_of_the_books(
    remitter: Payer, teller: Teller, billed: UUID, halved: UUID
) -> None:
    """15.00 were approved and 14.99 came: the line is that money, and the cent is asked for again."""
    [line_id] = teller.keep(_line(remitter, billed, 1_499))
    teller.see(line_id, halved)
    assert (teller.standing(line_id), remitter.row(halved).seen_minor) == ("booked", 1_499)
    assert remitter.receipts() == [(1_500, "USD", 1_500, "other_amount")]
    assert teller.violations() == []

    remitter.pay_back(halved, 1)
    assert remitter.invoice(billed).left_minor == PRICE - 1_499
    assert teller.violations() == []


def test_one_claim_came_in_two_lines(remitter: Payer, teller: Teller, billed: UUID, halved: UUID) -> None:
    first, second = teller.keep(_line(remitter, billed, 700), _line(remitter, billed, 800, "BANK-2"))
    teller.see(first, halved)
    assert teller.book(second) == Finding.UNSEEN
    with teller.database.transaction() as session:
        look_at(session, remitter.row(halved).receipt_id or uuid7())
    teller.see(second, halved)
    assert {teller.standing(first), teller.standing(second)} == {"booked"}
    assert remitter.calls() == []
    # all that was approved has been seen: what comes now is other money
    assert teller.take(_line(remitter, billed, PRICE - 1_500, "BANK-3")) == [Finding.REFERENCE]
    assert remitter.invoice(billed).status is InvoiceStatus.PAID
    assert teller.violations() == []


def test_what_is_still_missing_calls_again(remitter: Payer, teller: Teller, billed: UUID, halved: UUID) -> None:
    first, second = teller.keep(_line(remitter, billed, 700), _line(remitter, billed, 700, "BANK-2"))
    teller.see(first, halved)
    with teller.database.transaction() as session:
        look_at(session, remitter.row(halved).receipt_id or uuid7())
    assert remitter.calls() == []
    teller.see(second, halved)
    assert remitter.calls() == ["other_amount"]


def test_what_came_over_is_a_line_of_its_own(remitter: Payer, teller: Teller, billed: UUID, halved: UUID) -> None:
    """15.00 were approved and 16.00 came: the rest is a part of the invoice, booked as any, however often read."""
    file = _line(remitter, billed, 1_600)
    [line_id] = teller.keep(file)
    teller.see(line_id, halved)
    [rest] = teller.open()
    assert (rest.amount_minor, rest.entry_minor, rest.part) == (100, 1_600, 2)
    assert teller.take(file) == [None, Finding.PART]
    assert teller.take(file) == [None, None]
    assert remitter.receipts() == [(1_500, "USD", 1_500, ""), (100, "USD", 100, "")]
    assert teller.booked_minor() == 1_600
    assert teller.violations() == []


def test_a_line_is_not_matched_with_what_it_cannot_be(
    remitter: Payer, teller: Teller, billed: UUID, halved: UUID
) -> None:
    waits = remitter.claim(billed, 1_499)
    left, euros, came, again = teller.keep(
        line(-1_500, "back", "BANK-1"), line(1_500, "hm", "BANK-2", "EUR"), line(1_500, "hm", "BANK-3"),
        line(1_500, "hm", "BANK-4"),
    )  # fmt: skip
    for line_id, claim_id in ((left, halved), (euros, halved), (came, waits)):
        with pytest.raises(Rejected) as refusal:
            teller.see(line_id, claim_id)
        assert refusal.value.code == "line_misfit"
    teller.see(came, halved)
    for line_id, code in ((again, "line_misfit"), (came, "line_decided")):
        with pytest.raises(Rejected) as refusal:
            teller.see(line_id, halved)
        assert refusal.value.code == code


def test_a_claim_of_what_the_bank_has_told_calls_a_person(remitter: Payer, teller: Teller, billed: UUID) -> None:
    """The customer's form comes after the statement, and whoever approves it overlooks what they are shown."""
    assert teller.take(_line(remitter, billed, 1_400)) == [Finding.PART]
    remitter.pay(billed, 1_400)
    assert remitter.receipts() == [(1_400, "USD", 1_400, ""), (1_400, "USD", 1_400, "paid_twice")]


def test_two_lines_of_as_much_are_two_payments(remitter: Payer, teller: Teller, billed: UUID) -> None:
    """The bank says so: nobody has to look."""
    week = TODAY - timedelta(days=7)
    assert teller.take(_line(remitter, billed, 1_000, booked_on=week)) == [Finding.PART]
    assert teller.take(_line(remitter, billed, 1_000, "BANK-2")) == [Finding.PART]
    assert [remark for *_, remark in remitter.receipts()] == ["", ""]


def test_what_a_person_rejected_is_not_booked_by_the_next_file(remitter: Payer, teller: Teller, billed: UUID) -> None:
    remitter.limit(PRICE - 1)
    file = _line(remitter, billed)
    assert teller.take(file) == [Finding.REFERENCE]
    [claim_id] = teller.claims()
    remitter.reject(claim_id, "the bank says it is fraud", by="operator/jo")
    remitter.limit(PRICE)
    assert teller.take(file) == [Finding.REJECTED]
    assert (teller.claims(), remitter.receipts()) == ([claim_id], [])

    [line_id] = [each.id for each in teller.open()]
    remitter.approve(teller.match(line_id, billed))
    assert (teller.standing(line_id), remitter.receipts()) == ("booked", [(PRICE, "USD", PRICE, "")])
    assert teller.violations() == []


def test_a_product_cannot_withdraw_what_the_bank_said(remitter: Payer, teller: Teller, billed: UUID) -> None:
    remitter.limit(PRICE - 1)
    teller.take(_line(remitter, billed))
    [claim_id] = teller.claims()
    with pytest.raises(Rejected) as refusal, remitter.database.transaction() as session:
        withdraw_claim(session, claim_id, "app/shop", NOON)
    assert refusal.value.code == "claim_seen"


def test_whoever_approved_first_and_imports_the_line_is_not_the_second(
    remitter: Payer, teller: Teller, billed: UUID
) -> None:
    remitter.limit(PRICE - 1)
    claim_id = remitter.claim(billed, PRICE)
    remitter.approve(claim_id, by=teller.by)
    [line_id] = teller.keep(_line(remitter, billed))
    assert teller.book(line_id) == Finding.REFERENCE
    assert (teller.row(line_id).claim_id, teller.standing(line_id)) == (claim_id, "awaiting_approval")
    assert (remitter.receipts(), remitter.row(claim_id).first_approved_by) == ([], teller.by)
    assert remitter.approve(claim_id, by="operator/jo") == "approved"


def test_what_was_sure_until_somebody_else_was_faster_is_not_booked(
    remitter: Payer, teller: Teller, billed: UUID
) -> None:
    """Two people import two payments of one invoice at once: it is paid once, and the second is for a person."""
    first, second = teller.keep(_line(remitter, billed), line(PRICE - 1, remitter.reference(billed), "BANK-2"))
    with ThreadPoolExecutor(1) as people:
        with teller.database.transaction() as session:
            teller.book_in(session, first)
            found = people.submit(teller.book, second)
            await_waiting(teller.database)
        assert found.result() == Finding.NOT_OPEN
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]


def test_a_claim_that_is_rejected_at_that_moment_is_not_what_the_line_is(
    remitter: Payer, teller: Teller, billed: UUID
) -> None:
    """Somebody who had not seen the statement says that nothing came; the bank says that it did."""
    claim_id = remitter.claim(billed, PRICE)
    [line_id] = teller.keep(_line(remitter, billed))
    with ThreadPoolExecutor(1) as people:
        with remitter.database.transaction() as session:
            reject_claim(session, claim_id, "Nothing came", "operator/jo", NOON)
            found = people.submit(teller.book, line_id)
            await_waiting(teller.database)
        assert found.result() == Finding.REFERENCE
    assert (teller.standing(line_id), remitter.receipts()) == ("booked", [(PRICE, "USD", PRICE, "")])
    assert teller.row(line_id).claim_id != claim_id
    assert teller.violations() == []


def test_sixteen_people_import_and_approve_one_transfer(remitter: Payer, teller: Teller, billed: UUID) -> None:
    claim_id, file = remitter.claim(billed, PRICE), _line(remitter, billed)
    teller.keep(file)

    def decide(number: int) -> object:
        try:
            if number % 2:
                return Teller(teller.database, f"operator/{number}").take(file)
            return remitter.approve(claim_id, f"person-{number}")
        except Rejected as refusal:
            return refusal.code

    with ThreadPoolExecutor(16) as people:
        list(people.map(decide, range(16)))
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]
    assert teller.violations() == []
