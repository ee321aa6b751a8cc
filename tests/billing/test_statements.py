"""Lines of the bank: each is kept once, the sure ones are booked by the rules of approval, a person sees the rest."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from billing.accounts.queries import get_account
from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNoteReason
from billing.errors import Rejected
from billing.invoices.tables import InvoiceStatus
from billing.manual_payments.reference import printed_reference, reference_of
from billing.manual_payments.tables import ClaimStatus
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.tables import UsedCredits
from billing.statements.ignore_line import ignore_line
from billing.statements.match_line import match_with_invoice, match_with_refund
from billing.statements.propose import propose
from billing.statements.references import checked_numbers
from billing.statements.rules import Finding
from billing.statements.tables import StatementLine
from database.ids import uuid7
from tests.billing.payers import NOON, TODAY, Payer
from tests.billing.tellers import Teller, line

PRICE, CREDITS = 2_999, 2_000


@pytest.fixture
def ordered(remitter: Payer) -> UUID:
    """An invoice over 29.99 USD."""
    return remitter.order()


def _reference(remitter: Payer, invoice_id: UUID) -> str:
    return reference_of(remitter.invoice(invoice_id).number or "")


def test_what_names_its_invoice_is_booked(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    [line_id] = teller.keep(line(text=f"Thanks {printed_reference(remitter.invoice(ordered).number or '')}"))
    assert teller.standing(line_id) == "open"
    assert teller.book(line_id) == Finding.REFERENCE
    assert teller.standing(line_id) == "booked"
    assert remitter.invoice(ordered).status is InvoiceStatus.PAID
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]
    assert remitter.credits() == CREDITS
    assert teller.violations() == []


def test_a_line_is_kept_and_booked_once_however_many_files_have_it(
    remitter: Payer, teller: Teller, ordered: UUID
) -> None:
    """The same day in two formats, one of them overlapping with the next day: the bank's own reference is the same."""
    reference = _reference(remitter, ordered)
    of_camt = line(text="", reference=reference, ref="BANK-1", payer="Uma's Orchard")
    of_mt940 = line(text=reference, ref="BANK-1")
    tomorrow = line(700, text="something else", ref="BANK-2", booked_on=TODAY + timedelta(days=1))
    assert teller.take(of_camt) == [Finding.REFERENCE]
    assert teller.take(of_mt940, tomorrow) == [None, Finding.NOTHING]
    assert teller.take(tomorrow) == [Finding.NOTHING]
    assert teller.count() == 2
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]


def test_two_equal_lines_of_one_day_are_two(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    """Paid twice, within one day and one file: the second is a person's, and another file with both adds none."""
    twice = [line(text=_reference(remitter, ordered))] * 2
    assert teller.take(*twice) == [Finding.REFERENCE, Finding.TWIN]
    assert teller.take(*twice) == [None, Finding.TWIN]
    assert teller.count() == 2
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]


def test_a_part_pays_a_part_and_too_much_is_a_persons(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    reference = _reference(remitter, ordered)
    assert teller.take(line(1_000, reference, "BANK-1")) == [Finding.PART]
    assert remitter.invoice(ordered).left_minor == 1_999
    assert teller.take(line(2_000, reference, "BANK-2")) == [Finding.TOO_MUCH]
    assert teller.take(line(1_999, reference, "BANK-3")) == [Finding.REFERENCE]
    assert remitter.receipts() == [(1_000, "USD", 1_000, ""), (1_999, "USD", 1_999, "")]


def test_a_mistyped_reference_is_proposed_and_never_booked(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    reference = _reference(remitter, ordered)
    wrong = reference[:2] + ("11" if reference[2:4] != "11" else "12") + reference[4:]
    [line_id] = teller.keep(line(text=wrong))
    assert teller.book(line_id) == Finding.MISTYPED
    assert (teller.standing(line_id), remitter.receipts()) == ("open", [])
    with teller.database.transaction() as session:
        proposal = propose(session, session.get_one(StatementLine, line_id))
    assert proposal.of == remitter.invoice(ordered).number


def test_without_a_reference_amount_and_payer_are_proposed(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    with teller.database.transaction() as session:
        name = get_account(session, remitter.account_id).name
    assert teller.take(line(payer=name.upper())) == [Finding.AMOUNT_AND_PAYER]
    assert teller.take(line(payer="Somebody else")) == [Finding.NOTHING]
    assert teller.take(line(PRICE - 1, payer=name)) == [Finding.NOTHING]
    assert teller.take(line(currency="EUR", payer=name)) == [Finding.NOTHING]
    remitter.order()
    assert teller.take(line(payer=name)) == [Finding.SEVERAL]
    assert remitter.receipts() == []


def test_what_names_two_invoices_is_a_persons(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    both = f"{_reference(remitter, ordered)} and {_reference(remitter, remitter.order())}"
    assert teller.take(line(2 * PRICE, both)) == [Finding.SEVERAL]
    assert remitter.receipts() == []


def test_another_currency_is_matched_by_hand_and_never_converted(
    remitter: Payer, teller: Teller, ordered: UUID
) -> None:
    [line_id] = teller.keep(line(text=_reference(remitter, ordered), currency="EUR"))
    assert teller.book(line_id) == Finding.OTHER_CURRENCY
    with teller.database.transaction() as session:
        claim_id = match_with_invoice(session, line_id, ordered, "operator/mo", Wall(NOON)).id
    remitter.approve(claim_id)
    assert remitter.receipts() == [(PRICE, "EUR", 0, "other_currency")]
    assert teller.standing(line_id) == "booked"
    assert teller.violations() == []


def test_above_the_limit_another_person_approves_what_was_imported(
    remitter: Payer, teller: Teller, ordered: UUID
) -> None:
    remitter.limit(PRICE - 1)
    [line_id] = teller.keep(line(text=_reference(remitter, ordered)))
    assert teller.book(line_id) == Finding.REFERENCE
    assert (teller.standing(line_id), remitter.receipts()) == ("awaiting_approval", [])
    assert teller.book(line_id) is None

    claim = _claim_of(remitter, line_id)
    with pytest.raises(Rejected) as refusal:
        remitter.approve(claim, by="operator/mo")
    assert refusal.value.code == "same_approver"
    assert remitter.approve(claim, by="operator/jo") == "approved"
    assert (teller.standing(line_id), remitter.receipts()) == ("booked", [(PRICE, "USD", PRICE, "")])


def test_what_the_customer_claimed_is_proved_by_the_line(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    claim_id = remitter.claim(ordered, PRICE, paid_on=TODAY - timedelta(days=3))
    [line_id] = teller.keep(line(text=_reference(remitter, ordered)))
    teller.book(line_id)
    assert (_claim_of(remitter, line_id), remitter.row(claim_id).status) == (claim_id, ClaimStatus.APPROVED)
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]


def test_what_was_approved_before_it_stood_on_a_statement_is_not_booked_again(
    remitter: Payer, teller: Teller, ordered: UUID
) -> None:
    claim_id = remitter.pay(ordered, PRICE)
    first, second = teller.keep(*[line(text=_reference(remitter, ordered))] * 2)
    assert teller.book(first) == Finding.APPROVED_BEFORE
    assert (_claim_of(remitter, first), teller.standing(first)) == (claim_id, "booked")
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]
    # the second is another payment, of which nobody has said anything yet
    assert teller.book(second) == Finding.TWIN
    assert teller.standing(second) == "open"


def test_money_of_another_month_is_not_what_was_approved(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    remitter.pay(ordered, PRICE)
    late = line(text=_reference(remitter, ordered), booked_on=TODAY - timedelta(days=40))
    assert teller.take(late) == [Finding.UNSEEN]
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]


def test_a_reversal_of_what_is_booked_calls_a_person(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    came = line(text=_reference(remitter, ordered), ref="BANK-1")
    assert teller.take(came) == [Finding.REFERENCE]
    back = line(-PRICE, "returned", "BANK-2", is_reversal=True, booked_on=TODAY + timedelta(days=1))
    assert teller.take(came, back) == [None, Finding.REVERSAL]
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]


def test_two_people_import_one_file_at_once(remitter: Payer, teller: Teller) -> None:
    """Each line is kept and booked once."""
    file = [line(text=_reference(remitter, remitter.order()), ref=f"BANK-{number}") for number in range(4)]
    others = Teller(teller.database, "operator/jo")
    with ThreadPoolExecutor(2) as people:
        list(people.map(lambda person: person.take(*file), [teller, others]))
    assert (teller.count(), len(remitter.receipts())) == (4, 4)
    assert teller.violations() == []


def test_payments_of_one_entry_are_kept_as_one_where_another_file_had_its_sum(
    remitter: Payer, teller: Teller, ordered: UUID
) -> None:
    """MT940 knows the sum alone; the CAMT.053 of the same day must not make the money twice as much."""
    whole = line(PRICE + 1_000, "batch", "BANK-1")
    parts = [
        line(PRICE, _reference(remitter, ordered), "BANK-1", entry_minor=PRICE + 1_000),
        line(1_000, "other", "BANK-1", entry_minor=PRICE + 1_000, part=2),
    ]
    [kept] = teller.keep(whole)
    assert teller.keep(*parts) == [kept]
    assert teller.count() == 1


def test_payments_of_one_entry_pay_each_its_own(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    other = remitter.order()
    parts = [
        line(PRICE, _reference(remitter, each), "BANK-1", entry_minor=2 * PRICE, part=part)
        for part, each in enumerate((ordered, other), 1)
    ]
    assert teller.take(*parts) == [Finding.REFERENCE, Finding.REFERENCE]
    assert teller.take(*parts) == [None, None]
    assert len(teller.keep(line(2 * PRICE, "batch", "BANK-1"))) == 2
    assert remitter.credits() == 2 * CREDITS


def test_a_claim_that_is_rejected_leaves_the_line_open(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    [line_id] = teller.keep(line(text="no reference"))
    with teller.database.transaction() as session:
        claim_id = match_with_invoice(session, line_id, ordered, "operator/mo", Wall(NOON)).id
    assert teller.standing(line_id) == "awaiting_approval"
    with pytest.raises(Rejected) as refusal, teller.database.transaction() as session:
        match_with_invoice(session, line_id, ordered, "operator/mo", Wall(NOON))
    assert refusal.value.code == "line_decided"

    remitter.reject(claim_id)
    assert teller.standing(line_id) == "open"
    with teller.database.transaction() as session:
        again = match_with_invoice(session, line_id, ordered, "operator/mo", Wall(NOON)).id
    assert again != claim_id
    remitter.approve(again)
    assert teller.standing(line_id) == "booked"


def test_what_is_nobodys_payment_is_set_aside(remitter: Payer, teller: Teller, ordered: UUID) -> None:
    [line_id] = teller.keep(line(text="interest"))
    with teller.database.transaction() as session:
        ignore_line(session, line_id, "interest", "operator/mo")
    assert (teller.standing(line_id), teller.book(line_id)) == ("ignored", None)
    with teller.database.transaction() as session:
        match_with_invoice(session, line_id, ordered, "operator/mo", Wall(NOON))
    assert teller.standing(line_id) == "awaiting_approval"


def test_money_that_left_is_matched_with_the_refund_that_it_paid_out(
    remitter: Payer, teller: Teller, ordered: UUID
) -> None:
    claim_id = remitter.pay(ordered, PRICE)
    refund_id = uuid7()
    wish = RefundWish(
        remitter.row(claim_id).receipt_id or uuid7(), 1_000, CreditNoteReason.REQUESTED_BY_CUSTOMER,
        UsedCredits.FORGIVE, "operator/mo", "a refund", paid_out_on=TODAY,
    )  # fmt: skip
    with teller.database.transaction() as session:
        begin_refund(session, refund_id, wish, NOON)

    fee, paid_out = teller.keep(line(-500, "fee", "BANK-1"), line(-1_000, "to the customer", "BANK-2"))
    assert (teller.book(fee), teller.book(paid_out)) == (Finding.OUTGOING, Finding.REFUND)
    assert teller.standing(paid_out) == "open"
    with pytest.raises(Rejected) as refusal, teller.database.transaction() as session:
        match_with_refund(session, fee, refund_id, "operator/mo")
    assert refusal.value.code == "line_misfit"
    with teller.database.transaction() as session:
        match_with_refund(session, paid_out, refund_id, "operator/mo")
    assert teller.standing(paid_out) == "booked"
    assert teller.take(line(-1_000, "another", "BANK-3")) == [Finding.OUTGOING]
    assert teller.violations() == []


def _claim_of(remitter: Payer, line_id: UUID) -> UUID:
    with remitter.database.transaction() as session:
        return session.get_one(StatementLine, line_id).claim_id or uuid7()


@given(number=some.integers(1, 99_999), words=some.text(alphabet="abc ,.0123456789\t", max_size=30))
def test_a_reference_is_found_among_words(number: int, words: str) -> None:
    """With a blank behind it; figures that follow at once are of another reference, which there is not."""
    written = printed_reference(f"INV-2026-11-{number:05d}")
    assert f"INV-2026-11-{number:05d}" in checked_numbers("", f"{words} {written}")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=some.lists(some.tuples(some.integers(1, 4_000), some.booleans(), some.integers(1, 3)), max_size=6))
def test_lines_and_receipts_add_up(remitter: Payer, teller: Teller, plan: list[tuple[int, bool, int]]) -> None:
    """Whatever comes, in files that overlap: what is booked of the lines is what came, to the cent, once."""
    reference, day = _reference(remitter, remitter.order()), date(2026, 10, 1)
    files = [
        line(minor, reference if named else "", booked_on=day + timedelta(days=place))
        for place, (minor, named, _) in enumerate(plan)
    ]
    for begin in range(len(files)):
        teller.take(*files[max(0, begin - plan[begin][2]) : begin + 1])
    assert teller.booked_minor() == sum(minor for minor, _, _, _ in remitter.receipts())
    assert teller.violations() == []
