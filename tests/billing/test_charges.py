"""A saved card is charged for an issued invoice: what is written before, and what each answer leaves in the books."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from billing.accounts.tables import Account
from billing.cards.detach import detach_card
from billing.cards.queries import default_cards, get_default_card
from billing.clocks.tables import TestClock
from billing.clocks.wall import Wall
from billing.credits.queries import view_balance
from billing.invariants import violations
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.queries import get_invoice
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.money import Money
from billing.outcomes.record_outcome import Outcome, record_outcome
from billing.payments.begin_charges import Step, begin_charges, step
from billing.payments.drop_attempt import drop_attempt
from billing.payments.intend_charge import charge_row, intend_charge, thaw_charge
from billing.payments.queries import open_charges
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.tax.decision import NO_TAX
from database.engine import Database
from database.ids import uuid7
from database.outbox import OutboxEntry
from schemas.facts.payments import PaymentFact, PaymentStatus
from tests.billing.charges import answer, card, give_card, intend, issue
from tests.billing.conftest import NOON

PENDING, CAPTURED, FAILED = PaymentStatus.PENDING, PaymentStatus.CAPTURED, PaymentStatus.FAILED


@pytest.fixture
def invoice_id(database: Database, account_id: UUID) -> UUID:
    """An issued invoice of 29 dollars; its customer has a card."""
    give_card(database, account_id, NOON)
    return issue(database, account_id, NOON)


def _record(database: Database, news: PaymentFact, now: datetime = NOON) -> Outcome:
    with database.transaction() as session:
        return record_outcome(session, news, Wall(now))


def _invoice(database: Database, invoice_id: UUID) -> Invoice:
    with database.transaction() as session:
        return get_invoice(session, invoice_id)


def _attempt(database: Database, attempt_id: UUID) -> PaymentAttempt:
    with database.transaction() as session:
        return session.get_one(PaymentAttempt, attempt_id)


def test_the_intention_is_written_before_anybody_is_asked(database: Database, invoice_id: UUID) -> None:
    attempt = intend(database, invoice_id, NOON)

    request = thaw_charge(_attempt(database, attempt.id).request)
    assert (request.amount_minor, request.currency, request.card_ref) == (2_900, "USD", "pm_card_visa")
    assert request.idempotency_key == f"cashbeat/charge/{attempt.id}"
    assert request.description == "Invoice INV-2026-11-00001"
    with database.transaction() as session:
        entry = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == "charge")).one()
    assert (entry.subject_id, entry.cause) == (attempt.id, f"charge/{attempt.id}")


def test_rows_written_in_bulk_are_the_same_rows(database: Database, account_id: UUID, invoice_id: UUID) -> None:
    attempt = _attempt(database, intend(database, invoice_id, NOON).id)
    with database.transaction() as session:
        chargeable = default_cards(session, [account_id])[account_id]
        assert chargeable == get_default_card(session, account_id)
    money = Money(2_900, "USD")
    row = charge_row(attempt.id, invoice_id, account_id, "INV-2026-11-00001", money, chargeable, attempt.cause)
    assert row == {column: getattr(attempt, column) for column in row}


def test_without_a_card_there_is_nothing_to_charge(database: Database, account_id: UUID, invoice_id: UUID) -> None:
    with database.transaction() as session:
        assert detach_card(session, "stripe", "pm_card_visa", NOON)
        assert intend_charge(session, get_invoice(session, invoice_id), "test/1", NOON) is None
        assert list(session.scalars(select(PaymentAttempt))) == []


def test_a_second_charge_waits_until_the_first_is_over(database: Database, invoice_id: UUID) -> None:
    first = intend(database, invoice_id, NOON)
    with pytest.raises(IntegrityError, match="uq_payment_attempts_live"):
        intend(database, invoice_id, NOON)
    _record(database, answer(first, FAILED, failure_code="insufficient_funds"))
    assert intend(database, invoice_id, NOON).id != first.id


@pytest.mark.parametrize("order", sorted(set(permutations([PENDING, CAPTURED, CAPTURED]))))
def test_a_capture_pays_the_invoice_once_in_every_order_of_news(
    database: Database, account_id: UUID, invoice_id: UUID, order: tuple[PaymentStatus, ...]
) -> None:
    attempt = intend(database, invoice_id, NOON)
    for status in order:
        _record(database, answer(attempt, status))

    invoice = _invoice(database, invoice_id)
    assert (invoice.status, invoice.number) == (InvoiceStatus.PAID, "INV-2026-11-00001")
    with database.transaction() as session:
        assert view_balance(session, account_id, NOON).balance == 100
        assert balances(session) == {
            (LedgerAccount.GATEWAY_CLEARING, "stripe", "USD"): 2_900,
            (LedgerAccount.RECEIVABLE, "", "USD"): 0,
            (LedgerAccount.DEFERRED_REVENUE, "", "USD"): -2_900,
        }
        assert violations(session) == []


def test_a_decline_leaves_the_invoice_owed_and_is_never_looked_up_again(database: Database, invoice_id: UUID) -> None:
    attempt = intend(database, invoice_id, NOON)
    declined = answer(attempt, FAILED, failure_code="card_declined")
    assert [_record(database, declined) for _ in range(2)] == [Outcome.RECORDED, Outcome.KNOWN]
    assert _record(database, answer(attempt, PENDING)) is Outcome.KNOWN

    after = _attempt(database, attempt.id)
    assert (after.status, after.failure_code, after.look_up_at) == (AttemptStatus.FAILED, "card_declined", None)
    assert _invoice(database, invoice_id).status is InvoiceStatus.PENDING
    with database.transaction() as session:
        assert violations(session) == []


def test_what_is_paid_by_kept_money_is_not_charged(database: Database, account_id: UUID, invoice_id: UUID) -> None:
    with database.transaction() as session:
        session.execute(update(Invoice).values(balance_used_minor=1_000, allocated_minor=1_000))
    attempt = intend(database, invoice_id, NOON)
    assert attempt.amount_minor == 1_900
    _record(database, answer(attempt, CAPTURED))
    assert _invoice(database, invoice_id).status is InvoiceStatus.PAID


@pytest.mark.parametrize(
    ("status", "expected"),
    [(CAPTURED, (InvoiceStatus.PAID, "INV-2026-11-00001")), (FAILED, (InvoiceStatus.VOID, None))],
)
def test_a_top_up_stays_a_draft_until_it_is_paid(
    database: Database, account_id: UUID, status: PaymentStatus, expected: tuple[InvoiceStatus, str | None]
) -> None:
    give_card(database, account_id, NOON)
    line = LineDraft("Value package", 1, Money(2_999, "USD"), credits=2_000)
    with database.transaction() as session:
        draft = draft_invoice(session, NewInvoice(account_id, "test/top_up", InvoiceReason.TOP_UP, [line], NO_TAX))
    attempt = intend(database, draft.id, NOON)
    with database.transaction() as session:
        assert step(begin_charges(session, [attempt.id], Wall(NOON))[attempt.id]) is Step.SEND
    _record(database, answer(attempt, status, failure_code="" if status is CAPTURED else "card_declined"))
    after = _invoice(database, draft.id)
    assert (after.status, after.number) == expected
    with database.transaction() as session:
        assert violations(session) == []


def test_an_account_on_a_test_clock_is_billed_in_its_own_time(database: Database, account_id: UUID) -> None:
    new_year = datetime(2031, 1, 1, tzinfo=UTC)
    with database.transaction() as session:
        clock_id = uuid7()
        session.add(TestClock(id=clock_id, name="leap", frozen_at=new_year, target_at=new_year))
        session.flush()
        session.execute(update(Account).values(clock_id=clock_id))
    give_card(database, account_id, new_year)
    invoice_id = issue(database, account_id, new_year)
    attempt = intend(database, invoice_id, new_year)
    _record(database, answer(attempt, CAPTURED, paid_at=NOON))

    assert _invoice(database, invoice_id).paid_at == new_year
    assert _attempt(database, attempt.id).captured_at == new_year
    with database.transaction() as session:
        booked = session.scalars(text("SELECT DISTINCT occurred_at FROM ledger_transactions"))
        assert list(booked) == [new_year]


def test_everybody_else_is_paid_when_the_gateway_says(database: Database, invoice_id: UUID) -> None:
    attempt = intend(database, invoice_id, NOON)
    _record(database, answer(attempt, CAPTURED, paid_at=NOON - timedelta(minutes=3)))
    assert _invoice(database, invoice_id).paid_at == NOON - timedelta(minutes=3)


def test_before_a_call_the_attempt_is_unknown_and_will_be_asked_about(database: Database, invoice_id: UUID) -> None:
    attempt = intend(database, invoice_id, NOON)
    with database.transaction() as session:
        assert open_charges(session, Wall(NOON + timedelta(days=1)), 10) == []
        charge = begin_charges(session, [attempt.id], Wall(NOON))[attempt.id]
    assert (charge.status, step(charge)) == (AttemptStatus.CREATED, Step.SEND)
    assert _attempt(database, attempt.id).status is AttemptStatus.UNKNOWN
    with database.transaction() as session:
        assert open_charges(session, Wall(NOON + timedelta(minutes=14)), 10) == []
        [waiting] = open_charges(session, Wall(NOON + timedelta(minutes=16)), 10)
    assert waiting.request == thaw_charge(attempt.request)


@pytest.mark.parametrize(
    ("sent", "invoice_status", "expected"),
    [
        (False, InvoiceStatus.PENDING, Step.SEND),
        (True, InvoiceStatus.PENDING, Step.SEND),
        (False, InvoiceStatus.VOID, Step.DROP),
        (False, InvoiceStatus.UNCOLLECTIBLE, Step.DROP),
        (True, InvoiceStatus.VOID, Step.ASK),
    ],
)
def test_an_invoice_that_is_not_open_is_not_charged_but_what_was_sent_is_asked_about(
    database: Database, invoice_id: UUID, sent: bool, invoice_status: InvoiceStatus, expected: Step
) -> None:
    attempt = intend(database, invoice_id, NOON)
    with database.transaction() as session:
        if sent:
            begin_charges(session, [attempt.id], Wall(NOON))
        session.execute(update(Invoice).values(status=invoice_status))
    with database.transaction() as session:
        assert step(begin_charges(session, [attempt.id], Wall(NOON))[attempt.id]) is expected


def test_a_dropped_charge_makes_way_for_another(database: Database, invoice_id: UUID) -> None:
    attempt = intend(database, invoice_id, NOON)
    with database.transaction() as session:
        assert drop_attempt(session, attempt.id)
    with database.transaction() as session:
        assert not drop_attempt(session, attempt.id)
    assert intend(database, invoice_id, NOON).id != attempt.id


def test_a_new_card_is_the_one_that_is_charged(database: Database, account_id: UUID, invoice_id: UUID) -> None:
    give_card(database, account_id, NOON, card("pm_new"))
    assert intend(database, invoice_id, NOON).request["card_ref"] == "pm_new"
