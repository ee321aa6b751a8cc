"""Every question finds what it asks for: the books are broken on purpose, behind all constraints."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, select, text

from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNoteReason
from billing.invariants import QUESTIONS, violations
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.reverse_payment import reverse_payment
from billing.receipts.tables import Receipt
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.tables import UsedCredits
from database.engine import Database, dialect_url
from database.ids import uuid7
from database.inbox import remember
from schemas.facts.payments import PaymentStatus
from tests.billing.conftest import NOON
from tests.billing.contests import disputed
from tests.billing.purchases import fact, start_purchase

SUBSCRIBED = (
    "INSERT INTO subscriptions (id, account_id, status, collection, pay_by, price_id, interval, currency, anchor,"
    " period_start, period_end, created_at) SELECT a.id, a.id, 'active', 'cashbeat', 'card', p.id, p.interval,"
    " p.currency, now(), now(), now() + interval '1 month', now() FROM accounts a, plan_prices p"
    " WHERE p.interval = 'month' AND p.price_minor > 0 ORDER BY p.id LIMIT 1"
)
MOVED_FOR_OTHERS = (
    "INSERT INTO mrr_movements (subscription_id, account_id, currency, amount_minor)"
    " SELECT s.id, gen_random_uuid(), s.currency, p.price_minor FROM subscriptions s"
    " JOIN plan_prices p ON p.id = s.price_id"
)
# which question must notice which damage
DAMAGES = [
    ("ledger_sums_to_zero", "UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE amount_minor > 0"),
    ("ledger_sums_to_zero", "DELETE FROM ledger_entries"),
    ("invoice_numbers_have_no_gap", "UPDATE invoice_counters SET last_number = last_number + 1"),
    ("invoice_numbers_have_no_gap", "UPDATE invoices SET number = 'INV-2026-11-00002'"),
    ("invoice_numbers_have_no_gap", "DELETE FROM invoice_counters"),
    (
        "invoice_numbers_have_no_gap",
        "INSERT INTO invoice_number_gaps (month, first_number, last_number, reason) "
        "SELECT month, 1, 1, 'taken' FROM invoice_counters",
    ),
    ("capture_is_one_receipt", "UPDATE payment_attempts SET status = 'pending', captured_at = NULL"),
    ("capture_is_one_receipt", "UPDATE receipts SET attempt_id = NULL"),
    ("capture_is_one_receipt", "UPDATE receipts SET amount_minor = amount_minor + 1"),
    ("capture_is_one_receipt", "UPDATE receipts SET gateway = 'other'"),
    ("approved_claims_are_received", "UPDATE receipts SET gateway = 'bank_transfer'"),
    (
        "approved_claims_are_received",
        "INSERT INTO payment_claims (id, account_id, invoice_id, cause, method, paid_as, amount_minor, currency,"
        " paid_on, status, submitted_by, submitted_at, decided_by, decided_at, receipt_id)"
        " SELECT id, account_id, id, 'x', 'bank_transfer', 'x', 1, currency,"
        " '2026-11-22', 'approved', 'app/x', now(), 'mo', now(), id FROM invoices",
    ),
    (
        "statement_lines_are_received",
        "INSERT INTO statement_lines (id, account, identity, occurrence, part, booked_on, amount_minor, entry_minor,"
        " currency, refund_id, decided_by, imported_by)"
        " SELECT id, 'x', 'x', 1, 1, '2026-11-22', -999, -999, currency, id, 'mo', 'mo' FROM refunds",
    ),
    ("paid_invoice_is_covered", "DELETE FROM allocations"),
    ("paid_invoice_is_covered", "UPDATE allocations SET amount_minor = amount_minor - 1"),
    ("paid_invoice_is_covered", "UPDATE invoices SET status = 'pending', paid_at = NULL"),
    ("paid_invoice_is_covered", "UPDATE invoices SET status = 'void', paid_at = NULL"),
    ("paid_invoice_is_covered", "UPDATE receipts SET currency = 'EUR'"),
    (
        "invoice_and_ledger_agree",
        "UPDATE invoices SET status = 'pending', paid_at = NULL, allocated_minor = 0, contested_minor = 0",
    ),
    ("balances_are_proved", "UPDATE receipts SET amount_minor = amount_minor + 1"),
    ("balances_are_proved", "UPDATE receipts SET allocated_minor = allocated_minor - 1 WHERE source = 'capture'"),
    ("reversals_are_proved", "UPDATE receipts SET source = 'refund', allocated_minor = 0, reverses_id = id"),
    ("reversals_are_proved", "UPDATE refunds SET amount_minor = amount_minor + 1"),
    ("reversals_are_proved", "UPDATE refunds SET status = 'failed'"),
    ("reversals_are_proved", "DELETE FROM disputes"),
    ("reversals_are_proved", "UPDATE receipts SET source = 'refund' WHERE source = 'dispute_fee'"),
    # lost, and nothing was taken for it
    (
        "disputes_are_met",
        "UPDATE disputes SET status = 'lost', closed_at = now(); UPDATE invoices SET contested_minor = 0",
    ),
    # won, and the money is gone still
    (
        "disputes_are_met",
        "UPDATE disputes SET status = 'won', closed_at = now(); UPDATE invoices SET contested_minor = 0",
    ),
    ("disputes_are_met", "UPDATE disputes SET status = 'lost', closed_at = now()"),
    ("disputes_are_met", "UPDATE invoices SET contested_minor = contested_minor - 1"),
    ("disputes_are_met", "UPDATE invoices SET contested_minor = contested_minor + 1"),
    (
        "disputes_are_met",
        "INSERT INTO allocations (id, receipt_id, dispute_id, amount_minor) "
        "SELECT gen_random_uuid(), receipt_id, id, amount_minor + 1 FROM disputes; "
        "UPDATE invoices SET contested_minor = 0",
    ),
    ("disputes_are_met", "UPDATE receipts SET reference = 'dp_2' WHERE source = 'dispute'"),
    ("credits_are_proved", "UPDATE invoices SET contested_minor = 0"),
    ("credits_are_proved", "UPDATE credit_grants SET is_frozen = false"),
    ("credits_are_proved", "UPDATE credit_grants SET is_frozen = false, expires_at = now() + interval '10 days'"),
    ("credit_notes_add_up", "UPDATE credit_note_counters SET last_number = last_number + 1"),
    ("credit_notes_add_up", "UPDATE credit_notes SET number = replace(number, '00001', '00002')"),
    ("credit_notes_add_up", "DELETE FROM credit_note_lines"),
    ("credit_notes_add_up", "UPDATE invoices SET credited_minor = credited_minor - 1"),
    ("credit_notes_add_up", "UPDATE refunds SET amount_minor = amount_minor + 1"),
    ("credit_notes_add_up", "UPDATE invoices SET status = 'void', paid_at = NULL WHERE status = 'paid'"),
    ("tax_is_proved", "UPDATE invoice_lines SET tax_minor = tax_minor + 1"),
    ("tax_is_proved", "UPDATE credit_notes SET tax_minor = tax_minor + 1, subtotal_minor = subtotal_minor - 1"),
    ("credits_are_proved", "UPDATE credit_grants SET remaining = remaining - 1"),
    (
        "credits_are_proved",
        "UPDATE invoices SET contested_minor = 0; "
        "UPDATE credit_grants SET is_frozen = false, held_for = interval '1 day'",
    ),
    ("credits_are_proved", "DELETE FROM credit_transactions; DELETE FROM credit_grants"),
    (
        "usage_is_proved",
        "INSERT INTO usage_events (account_id, event_id, operation, quantity, happened_at, credits, cost_id, cause)"
        " SELECT id, 'x', 'x', 1, now(), 1, id, 'x' FROM accounts",
    ),
    (
        "pending_change_waits",
        "INSERT INTO pending_changes SELECT id, id, id, now(), now(), now() + interval '1 day', 0, now() FROM invoices",
    ),
    (
        "mrr_is_proved",
        "INSERT INTO mrr_movements (subscription_id, account_id, currency, amount_minor)"
        " SELECT id, id, 'USD', 1 FROM accounts",
    ),
    # the same without the triggers that would have written its movement; then with one that is another's
    ("mrr_is_proved", SUBSCRIBED),
    ("mrr_is_proved", f"{SUBSCRIBED}; {MOVED_FOR_OTHERS}"),
    (
        "teams_have_owners",
        "INSERT INTO account_members (id, account_id, user_id, email, role, joined_at)"
        " SELECT id, id, owner, billing_email, 'admin', now() FROM accounts",
    ),
    (
        "teams_have_owners",
        "INSERT INTO account_members (id, account_id, user_id, email, role, joined_at)"
        " SELECT id, id, 'somebody else', billing_email, 'owner', now() FROM accounts",
    ),
    ("nothing_waits_too_long", "UPDATE inbox SET next_attempt_at = now() - interval '121 seconds'"),
    ("nothing_waits_too_long", "UPDATE inbox SET state = 'parked'"),
    (
        "commands_are_audited",
        "INSERT INTO operations (id, kind, caller, body_sha256, body, state, finished_at)"
        " VALUES (gen_random_uuid(), 'open_account', 'app/x', '', '{}', 'done', now())",
    ),
]


@pytest.fixture
def owner(database_url: str) -> Iterator[Engine]:
    """The one role that can break the books: the owner with all triggers switched off."""
    engine = create_engine(dialect_url(database_url), connect_args={"options": "-c session_replication_role=replica"})
    yield engine
    engine.dispose()


@pytest.fixture
def sound_books(database: Database, account_id: UUID) -> Database:
    """One paid purchase of which a part goes back and a part is disputed, and an event that has just arrived."""
    request = start_purchase(database, account_id, NOON)
    with database.transaction() as session:
        record_outcome(session, fact(request, PaymentStatus.CAPTURED), Wall(NOON))
        receipt_id = session.scalars(select(Receipt.id)).one()
        wish = RefundWish(receipt_id, 1_000, CreditNoteReason.DUPLICATE, UsedCredits.FORGIVE, "app/x", "operation/1")
        begin_refund(session, uuid7(), wish, NOON)
    with database.transaction() as session:
        reverse_payment(session, disputed(request.attempt_id, 500), Wall(NOON))
    with database.transaction() as session:
        remember(session, "stripe", [("evt_1", "test.event", "{}")])
    with database.transaction() as session:
        session.execute(text("UPDATE outbox SET state = 'done'"))
        assert violations(session) == []
    return database


@pytest.mark.parametrize(("question", "damage"), DAMAGES)
def test_damage_is_noticed(sound_books: Database, owner: Engine, question: str, damage: str) -> None:
    with owner.begin() as connection:
        connection.execute(text(damage))
    with sound_books.transaction() as session:
        answers = QUESTIONS[question](session)
        assert answers
        assert f"{question}: {answers[0]}" in violations(session)


def test_every_question_has_a_damage_that_it_notices() -> None:
    assert {question for question, _ in DAMAGES} == set(QUESTIONS)
