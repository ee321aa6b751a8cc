"""A match by mistake is undone: nothing has moved by it, and nothing moves by that."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from billing.accounts.open import open_account
from billing.errors import Rejected
from billing.statements.match_line import match_with_claim, match_with_refund
from billing.statements.rules import Finding
from database.ids import uuid7
from tests.billing.conftest import ADA
from tests.billing.payers import Payer
from tests.billing.tellers import PRICE, Teller, line
from tests.billing.waiting import await_waiting


def test_the_wrong_claim_is_free_for_its_line_and_the_line_for_its_invoice(
    remitter: Payer, teller: Teller, billed: UUID
) -> None:
    other = remitter.order()
    wrong = remitter.pay(other, PRICE)
    file = line(1_000, remitter.reference(billed), "BANK-1")
    [mine] = teller.keep(file)
    teller.see(mine, wrong)
    teller.unmatch(mine)
    assert (teller.standing(mine), teller.row(mine).decided_by, remitter.row(wrong).seen_minor) == (
        "open",
        teller.by,
        0,
    )
    assert teller.take(file) == [Finding.UNMATCHED]

    remitter.approve(teller.match(mine, billed))
    assert teller.take(line(PRICE, remitter.reference(other), "BANK-2")) == [Finding.APPROVED_BEFORE]
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "other_amount"), (1_000, "USD", 1_000, "")]
    assert teller.violations() == []


def test_what_a_person_has_undone_no_other_format_does_again(remitter: Payer, teller: Teller, billed: UUID) -> None:
    remitter.pay(billed, PRICE)
    [line_id] = teller.keep(line(PRICE, remitter.reference(billed), "BANK-1"))
    assert teller.book(line_id) == Finding.APPROVED_BEFORE
    teller.unmatch(line_id)
    assert teller.take(line(PRICE, remitter.reference(billed))) == [Finding.TWIN]


def test_a_refund_is_free_for_the_line_that_paid_it_out(remitter: Payer, teller: Teller, billed: UUID) -> None:
    refund_id = remitter.pay_back(remitter.pay(billed, PRICE), 1_000)
    wrong, right = teller.keep(line(-1_000, "rent", "BANK-1"), line(-1_000, "refund", "BANK-2"))
    with teller.database.transaction() as session:
        match_with_refund(session, wrong, refund_id, teller.by)
    with pytest.raises(Rejected) as refusal, teller.database.transaction() as session:
        match_with_refund(session, right, refund_id, teller.by)
    assert refusal.value.code == "line_misfit"
    teller.unmatch(wrong)
    with teller.database.transaction() as session:
        match_with_refund(session, right, refund_id, teller.by)
    assert (teller.standing(wrong), teller.standing(right)) == ("open", "booked")
    assert teller.violations() == []


def test_what_was_booked_by_the_line_itself_is_no_match_to_undo(remitter: Payer, teller: Teller, billed: UUID) -> None:
    [booked, nobodys] = teller.keep(line(PRICE, remitter.reference(billed), "BANK-1"), line(5, "interest", "BANK-2"))
    teller.book(booked)
    for line_id, code in ((booked, "line_booked"), (nobodys, "line_unmatched")):
        with pytest.raises(Rejected) as refusal:
            teller.unmatch(line_id)
        assert refusal.value.code == code
    assert teller.standing(booked) == "booked"
    assert teller.violations() == []


def test_two_people_split_two_parts_of_one_entry(remitter: Payer, teller: Teller, billed: UUID) -> None:
    """Each of the rests is a part of its own; one waits for the other to be numbered."""
    with remitter.database.transaction() as session:
        other = Payer(remitter.database, open_account(session, uuid7(), ADA))
    claims = [remitter.pay(billed, 100), other.pay(other.order(), 200)]
    parts = teller.keep(
        line(1_000, "one", "B1", entry_minor=1_500), line(500, "other", "B1", entry_minor=1_500, part=2)
    )
    with ThreadPoolExecutor(1) as people:
        with teller.database.transaction() as session:
            match_with_claim(session, parts[0], claims[0], teller.by)
            second = people.submit(teller.see, parts[1], claims[1])
            await_waiting(teller.database)
        second.result()
    assert [(each.part, each.amount_minor) for each in teller.open()] == [(3, 900), (4, 300)]
    assert teller.violations() == []
