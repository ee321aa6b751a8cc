"""Money that comes past every gateway: what is claimed and proved, and what it does once it is approved."""

import base64
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError
from sqlalchemy import select
from stdnum import iso11649

from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.invoices.rules import number_in
from billing.invoices.tables import InvoiceStatus
from billing.manual_payments.attach_proof import attach_proof
from billing.manual_payments.queries import get_proof
from billing.manual_payments.reference import number_in_reference, printed_reference, reference_of
from billing.manual_payments.withdraw import withdraw_claim
from billing.outcomes.record_outcome import record_outcome
from billing.payments.tables import PaymentAttempt
from database.ids import uuid7
from schemas.commands.manual_payments import AttachPaymentProof
from schemas.facts.payments import PaymentStatus
from schemas.proofs import BYTES_MAX
from tests.billing.conftest import NOON
from tests.billing.payers import TODAY, Payer
from tests.billing.subscribers import Books, answer_of, utc

PRICE, CREDITS = 2_999, 2_000


@given(some.dates(date(2000, 1, 1), date(2199, 12, 31)), some.integers(1, 10**8))
def test_every_number_has_a_reference_that_banks_take_and_leads_back(month: date, counter: int) -> None:
    number = number_in(month, counter)
    reference = reference_of(number)
    assert iso11649.is_valid(reference)
    assert len(reference) <= 25
    assert number_in_reference(printed_reference(number).lower()) == number


@given(some.integers(1, 99_999), some.integers(0, 17), some.integers(1, 9))
def test_a_mistyped_figure_leads_nowhere(counter: int, place: int, more: int) -> None:
    reference = reference_of(f"INV-2026-11-{counter:05d}")
    if not reference[place].isdigit():
        return
    wrong = reference[:place] + str((int(reference[place]) + more) % 10) + reference[place + 1 :]
    assert number_in_reference(wrong) is None


@pytest.mark.parametrize("text", ["", "RF", "INV-2026-11-00001", "RF18539007547034", "RF²²INV20261100001", "x" * 9_999])
def test_what_is_no_reference_of_ours_leads_nowhere(text: str) -> None:
    assert number_in_reference(text) is None


def test_paid_in_full(remitter: Payer) -> None:
    invoice_id = remitter.order()
    assert remitter.invoice(invoice_id).status is InvoiceStatus.PENDING
    assert remitter.credits() == 0

    claim_id = remitter.claim(invoice_id, PRICE)
    assert (remitter.invoice(invoice_id).status, remitter.receipts(), remitter.credits()) == (
        InvoiceStatus.PENDING,
        [],
        0,
    )

    assert remitter.approve(claim_id) == "approved"
    assert remitter.invoice(invoice_id).status is InvoiceStatus.PAID
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]
    assert remitter.credits() == CREDITS
    assert remitter.row(claim_id).decided_by == "mo"


def test_paid_in_two_parts(remitter: Payer) -> None:
    invoice_id = remitter.order()
    remitter.pay(invoice_id, 1_000)
    assert remitter.invoice(invoice_id).left_minor == 1_999
    assert remitter.credits() == 0

    remitter.pay(invoice_id, 1_999)
    assert remitter.invoice(invoice_id).status is InvoiceStatus.PAID
    assert remitter.receipts() == [(1_000, "USD", 1_000, ""), (1_999, "USD", 1_999, "")]
    assert remitter.credits() == CREDITS


def test_what_is_too_much_is_kept(remitter: Payer) -> None:
    remitter.pay(remitter.order(), PRICE + 501)
    assert remitter.receipts() == [(PRICE + 501, "USD", PRICE, "")]
    assert remitter.kept() == {"USD": 501}
    assert remitter.credits() == CREDITS


def test_paid_twice_is_kept_and_calls_a_person(remitter: Payer) -> None:
    invoice_id = remitter.order()
    remitter.pay(invoice_id, PRICE)
    remitter.pay(invoice_id, PRICE)
    assert remitter.receipts() == [(PRICE, "USD", PRICE, ""), (PRICE, "USD", 0, "paid_twice")]
    assert remitter.kept() == {"USD": PRICE}
    assert remitter.credits() == CREDITS


def test_another_currency_is_never_converted(remitter: Payer) -> None:
    invoice_id = remitter.order()
    remitter.pay(invoice_id, PRICE, "EUR")
    assert remitter.receipts() == [(PRICE, "EUR", 0, "other_currency")]
    assert remitter.invoice(invoice_id).left_minor == PRICE
    assert (remitter.kept(), remitter.credits()) == ({"EUR": PRICE}, 0)


def test_rejected_and_submitted_again(remitter: Payer) -> None:
    invoice_id = remitter.order()
    first = remitter.claim(invoice_id, PRICE)
    remitter.reject(first)
    with pytest.raises(Rejected, match="rejected already"):
        remitter.approve(first)
    assert (remitter.receipts(), remitter.row(first).reject_reason) == ([], "Nothing came")

    remitter.pay(invoice_id, PRICE)
    assert remitter.invoice(invoice_id).status is InvoiceStatus.PAID


def test_what_is_withdrawn_is_over(remitter: Payer) -> None:
    claim_id = remitter.claim(remitter.order(), PRICE)
    with remitter.database.transaction() as session:
        withdraw_claim(session, claim_id, "product", NOON)
    with pytest.raises(Rejected, match="withdrawn already"):
        remitter.reject(claim_id)
    assert remitter.receipts() == []


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(b"%PDF-1.7", "application/pdf"), (b"\x89PNG\r\n\x1a\n0", "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg")],
)
def test_a_proof_is_kept_as_it_came_and_makes_what_was_seen_stale(
    remitter: Payer, content: bytes, media_type: str
) -> None:
    claim_id = remitter.claim(remitter.order(), PRICE)
    seen = remitter.shown(claim_id)
    with remitter.database.transaction() as session:
        attach_proof(session, claim_id, content)
    with remitter.database.transaction() as session:
        proof = get_proof(session, claim_id)
        assert (proof.content, proof.media_type) == (content, media_type)
    with pytest.raises(Rejected) as refusal:
        remitter.approve(claim_id, seen=seen)
    assert refusal.value.code == "stale_approval"
    with pytest.raises(Rejected) as refusal, remitter.database.transaction() as session:
        attach_proof(session, claim_id, content)
    assert refusal.value.code == "proof_exists"


def test_what_is_decided_is_proved_no_more(remitter: Payer) -> None:
    claim_id = remitter.pay(remitter.order(), PRICE)
    with pytest.raises(Rejected) as refusal, remitter.database.transaction() as session:
        attach_proof(session, claim_id, b"%PDF-1.7")
    assert refusal.value.code == "claim_decided"


@pytest.mark.parametrize("content", [b"", b"<html>", b"<svg onload=alert(1)>", b" %PDF-1.7", b"GIF89a"])
def test_what_is_no_proof_is_refused(remitter: Payer, content: bytes) -> None:
    claim_id = remitter.claim(remitter.order(), PRICE)
    with pytest.raises(Rejected, match="PDF, a PNG or a JPEG"), remitter.database.transaction() as session:
        attach_proof(session, claim_id, content)
    with pytest.raises(ValidationError, match="PDF, PNG or JPEG"):
        AttachPaymentProof(claim_id=claim_id, content=base64.b64encode(content).decode())


def test_a_proof_may_not_be_too_large() -> None:
    content = b"%PDF-" + bytes(BYTES_MAX - 5)
    assert AttachPaymentProof(claim_id=uuid7(), content=base64.b64encode(content).decode())
    with pytest.raises(ValidationError, match="at most"):
        AttachPaymentProof(claim_id=uuid7(), content=base64.b64encode(content + b"0").decode())


def test_what_was_not_asked_for_cannot_be_claimed(remitter: Payer) -> None:
    invoice_id = remitter.order()
    with pytest.raises(Rejected, match="has not come yet"):
        remitter.claim(invoice_id, PRICE, paid_on=TODAY + timedelta(days=1))


def test_a_renewal_that_no_card_paid_is_rescued(books: Books, ada: UUID, april: UUID) -> None:
    """The card is declined in May and waits for its next try; meanwhile the money comes to the bank account."""
    may, later = utc("2026-05-01 10:00"), utc("2026-05-02 09:00")
    books.catch_up(may)
    books.answer(may, decline="insufficient_funds")
    assert books.subscription(april).status == "past_due"

    remitter = Payer(books.database, ada)
    invoice = books.invoices(ada)[-1]
    remitter.pay(invoice.id, invoice.left_minor, now=later)
    assert books.subscription(april).status == "active"
    assert remitter.invoice(invoice.id).status is InvoiceStatus.PAID
    assert remitter.kept() == {}


def test_a_charge_that_was_not_sent_makes_way(books: Books, ada: UUID, april: UUID) -> None:
    may = utc("2026-05-01 10:00")
    books.catch_up(may)
    remitter = Payer(books.database, ada)
    invoice = books.invoices(ada)[-1]
    remitter.pay(invoice.id, invoice.left_minor, now=may)
    assert books.answer(may) == 0
    assert [minor for minor, _, _, _ in remitter.receipts()].count(invoice.total_minor) == 2
    assert remitter.kept() == {}


def test_a_part_leaves_a_charge_for_the_rest(books: Books, ada: UUID, april: UUID) -> None:
    """The renewal's charge is written and not sent yet: it asked for all of it, and makes way for one of the rest."""
    may = utc("2026-05-01 10:00")
    books.catch_up(may)
    remitter = Payer(books.database, ada)
    invoice = books.invoices(ada)[-1]
    remitter.pay(invoice.id, 1, now=may)
    assert books.answer(may) == 1
    assert remitter.invoice(invoice.id).status is InvoiceStatus.PAID
    assert [minor for minor, *_ in remitter.receipts()][1:] == [1, invoice.total_minor - 1]
    assert remitter.kept() == {}


def test_a_part_leaves_a_charge_for_the_rest_also_when_one_was_sent(books: Books, ada: UUID, april: UUID) -> None:
    """It is canceled at its gateway; what that says is followed by another."""
    may = utc("2026-05-01 10:00")
    books.catch_up(may)
    books.send(may)
    remitter, invoice = Payer(books.database, ada), books.invoices(ada)[-1]
    remitter.pay(invoice.id, 1, now=may)
    assert books.answer(may) == 0
    with books.database.transaction() as session:
        sent = session.scalars(select(PaymentAttempt).where(PaymentAttempt.invoice_id == invoice.id)).one()
        canceled = replace(answer_of(sent, may, "canceled"), status=PaymentStatus.EXPIRED, failure_code="")
        record_outcome(session, canceled, Wall(may))
    assert books.answer(may) == 1
    assert [minor for minor, *_ in remitter.receipts()][1:] == [1, invoice.total_minor - 1]


def test_a_part_of_what_waits_for_its_next_try_leaves_it_to_that(books: Books, ada: UUID, april: UUID) -> None:
    """Nothing is under way that was dropped: the card was refused, and is not charged because somebody paid a part."""
    may = utc("2026-05-01 10:00")
    books.catch_up(may)
    books.answer(may, decline="insufficient_funds")
    remitter = Payer(books.database, ada)
    remitter.pay(books.invoices(ada)[-1].id, 1, now=may)
    assert books.answer(may) == 0
