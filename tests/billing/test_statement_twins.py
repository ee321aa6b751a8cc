"""One payment is booked once, however differently two files tell it; what is a sum or came back is nobody's payment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from billing.manual_payments.reference import reference_of
from billing.statements.keep import keep_lines
from billing.statements.propose import REVERSED_WITHIN, TWIN_WITHIN
from billing.statements.rules import Finding
from tests.billing.payers import TODAY, Payer
from tests.billing.tellers import PRICE, Teller, line
from tests.billing.waiting import await_waiting


@pytest.fixture
def reference(remitter: Payer) -> str:
    """Of an invoice over 29.99 USD."""
    return reference_of(remitter.invoice(remitter.order()).number or "")


@pytest.mark.parametrize(
    "again",
    [
        {"ref": ""},
        {"ref": "", "account": "4711"},
        {"ref": "BANK-2"},
        {"ref": "", "booked_on": TODAY - TWIN_WITHIN},
        {"ref": "", "booked_on": TODAY + TWIN_WITHIN},
        {"ref": "BANK-1", "booked_on": TODAY - timedelta(days=60)},
    ],
    ids=["no reference", "another account", "another reference", "value day", "booking day", "bank's reference"],
)
def test_the_same_money_under_another_name_or_day_is_a_persons(
    remitter: Payer, teller: Teller, reference: str, again: dict[str, object]
) -> None:
    """A part that two files tell differently: it must not be booked twice."""
    assert teller.take(line(1_000, reference, "BANK-1")) == [Finding.PART]
    assert teller.take(line(1_000, reference, **again)) == [Finding.TWIN]  # type: ignore[arg-type] # by name
    assert remitter.receipts() == [(1_000, "USD", 1_000, "")]


def test_the_money_of_a_claim_that_waits_for_a_second_person_is_not_claimed_again(
    remitter: Payer, teller: Teller, reference: str
) -> None:
    remitter.limit(PRICE - 1)
    assert teller.take(line(PRICE, reference, "BANK-1")) == [Finding.REFERENCE]
    assert teller.take(line(PRICE, reference)) == [Finding.TWIN]
    assert len(teller.claims()) == 1


def test_what_a_person_rejected_no_other_format_books(remitter: Payer, teller: Teller, reference: str) -> None:
    remitter.limit(PRICE - 1)
    teller.take(line(PRICE, reference, "BANK-1"))
    remitter.reject(teller.claims()[0], "fraud, says the bank")
    remitter.limit(PRICE)
    assert teller.take(line(PRICE, reference, booked_on=TODAY - timedelta(days=1))) == [Finding.TWIN]
    assert remitter.receipts() == []


def test_what_a_person_set_aside_no_other_format_books(remitter: Payer, teller: Teller, reference: str) -> None:
    [line_id] = teller.keep(line(PRICE, f"Order {reference}", "BANK-1"))
    teller.ignore(line_id)
    other = reference_of(remitter.invoice(remitter.order()).number or "")
    again = line(PRICE, reference, booked_on=TODAY - timedelta(days=1))
    assert teller.take(again, line(PRICE, other)) == [Finding.TWIN, Finding.REFERENCE]


def test_what_was_paid_another_week_or_is_another_amount_is_another_payment(
    remitter: Payer, teller: Teller, reference: str
) -> None:
    week = TODAY - TWIN_WITHIN - timedelta(days=1)
    assert teller.take(line(1_000, reference)) == [Finding.PART]
    assert teller.take(line(999, reference)) == [Finding.PART]
    assert teller.take(line(1_000, reference, booked_on=week)) == [Finding.REFERENCE]


def test_a_part_of_an_entry_that_another_file_has_as_one_payment_is_a_persons(
    remitter: Payer, teller: Teller, reference: str
) -> None:
    parts = [line(1_000, reference, entry_minor=1_500), line(500, "other", entry_minor=1_500, part=2)]
    assert teller.take(*parts) == [Finding.PART, Finding.NOTHING]
    assert teller.take(line(1_500, reference, "BANK-1")) == [Finding.TWIN]


def test_two_parts_of_one_entry_may_pay_one_invoice(remitter: Payer, teller: Teller, reference: str) -> None:
    parts = [line(1_000, reference, entry_minor=1_500), line(500, reference, entry_minor=1_500, part=2)]
    assert teller.take(*parts) == [Finding.PART, Finding.PART]


def test_one_export_twice_in_a_file_is_not_twice_the_money(remitter: Payer, teller: Teller, reference: str) -> None:
    """CSV has no balances by which that were seen; the lines are the same to the letter."""
    part = line(1_000, reference, "BANK-1")
    assert teller.take(part, part) == [Finding.PART, Finding.TWIN]
    assert remitter.receipts() == [(1_000, "USD", 1_000, "")]


def test_a_sum_of_untold_shares_is_nobodys_in_particular(remitter: Payer, teller: Teller, reference: str) -> None:
    """One of its payers has named an invoice, and the sum is what that leaves to pay."""
    assert teller.take(line(text=reference, is_collective=True)) == [Finding.COLLECTIVE]
    assert remitter.receipts() == []


def test_whoever_imports_waits_for_who_does_already(teller: Teller) -> None:
    """Two files that overlap: the second is told what the first has kept, and is not refused."""
    others = Teller(teller.database, "operator/jo")
    with ThreadPoolExecutor(1) as people:
        with teller.database.transaction() as session:
            kept = keep_lines(session, [line(ref="BANK-1")], teller.by)
            waiting = people.submit(others.keep, line(ref="BANK-1"), line(ref="BANK-2"))
            await_waiting(teller.database)
        assert waiting.result()[0] == kept[0]
    assert teller.count() == 2


def test_payments_of_an_entry_without_a_reference_of_the_bank_s_are_kept_once(
    remitter: Payer, teller: Teller, reference: str
) -> None:
    """What all of them say tells the entry from others; one like it of the same day is another."""
    parts = [
        line(PRICE, reference, entry_minor=PRICE + 1_000),
        line(1_000, "other", entry_minor=PRICE + 1_000, part=2),
    ]
    assert teller.take(*parts) == [Finding.REFERENCE, Finding.NOTHING]
    assert teller.take(*parts) == [None, Finding.NOTHING]
    assert teller.count() == 2
    assert teller.take(*parts, *parts) == [None, Finding.NOTHING, Finding.TWIN, Finding.NOTHING]
    assert teller.count() == 4


def test_entries_that_differ_in_a_part_are_two(teller: Teller) -> None:
    """Without a reference of the bank's, as much on one day, and the first payer is the same."""
    for second in ("rent", "interest"):
        teller.keep(line(600, "batch", entry_minor=1_000), line(400, second, entry_minor=1_000, part=2))
    assert teller.count() == 4


def test_what_the_bank_takes_back_is_not_booked(remitter: Payer, teller: Teller, reference: str) -> None:
    came = line(text=reference, ref="BANK-1")
    back = line(-PRICE, "returned", "BANK-2", is_reversal=True)
    assert teller.take(came, back) == [Finding.TAKEN_BACK, Finding.REVERSAL]
    assert remitter.receipts() == []


def test_an_entry_that_the_bank_takes_back_as_a_whole_is_booked_in_no_part(
    remitter: Payer, teller: Teller, reference: str
) -> None:
    entry = PRICE + 500
    parts = [
        line(PRICE, reference, "BANK-1", entry_minor=entry),
        line(500, "other", "BANK-1", entry_minor=entry, part=2),
    ]
    back = line(-entry, "returned", "BANK-2", is_reversal=True)
    assert teller.take(*parts, back) == [Finding.TAKEN_BACK, Finding.TAKEN_BACK, Finding.REVERSAL]
    assert remitter.receipts() == []


def test_the_rest_of_a_line_that_the_bank_takes_back_is_not_booked(remitter: Payer, teller: Teller) -> None:
    """15.00 were matched with 10.00 that were approved; then the bank takes 15.00 back."""
    billed = remitter.order()
    claim_id, came = remitter.pay(billed, 1_000), line(1_500, remitter.reference(billed), "BANK-1")
    [line_id] = teller.keep(came)
    teller.see(line_id, claim_id)
    back = line(-1_500, "returned", "BANK-2", is_reversal=True)
    assert teller.take(came, back) == [None, Finding.TAKEN_BACK, Finding.REVERSAL]
    assert len(remitter.receipts()) == 1


@pytest.mark.parametrize(
    ("back", "finding"),
    [
        ({"booked_on": TODAY + REVERSED_WITHIN}, Finding.TAKEN_BACK),
        ({"booked_on": TODAY + REVERSED_WITHIN + timedelta(days=1)}, Finding.REFERENCE),
        ({"booked_on": TODAY - timedelta(days=1)}, Finding.REFERENCE),
        ({"account": "4711"}, Finding.REFERENCE),
        ({"minor": 1 - PRICE}, Finding.REFERENCE),
    ],
    ids=["in time", "too late", "too early", "another account", "another amount"],
)
def test_a_bank_takes_back_as_much_from_the_same_account_within_days(
    teller: Teller, reference: str, back: dict[str, object], finding: Finding
) -> None:
    came = line(text=reference, ref="BANK-1")
    taken = {"minor": -PRICE, "ref": "BANK-2", "is_reversal": True, **back}
    assert teller.take(came, line(**taken)) == [finding, Finding.REVERSAL]  # type: ignore[arg-type] # by name


def test_a_payment_out_that_comes_back_is_no_customers(remitter: Payer, teller: Teller, reference: str) -> None:
    """It has the text that we had written, with the reference of the invoice."""
    returned = line(text=reference, ref="BANK-1", is_reversal=True)
    assert teller.take(returned) == [Finding.REVERSAL]
    assert remitter.receipts() == []
