"""Record what became of a payment, as the gateway tells it. Webhook, look-up and retry all end here."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account, GatewayCustomer
from billing.clocks.tables import TestClock
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.settle import settle_invoice
from billing.invoices.tables import CHARGEABLE, Invoice, InvoiceStatus
from billing.invoices.void import void_draft
from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.outcomes.charge_failed import charge_failed
from billing.outcomes.invoice_paid import invoice_paid
from billing.payments.start_checkout import LOOK_UP_AFTER
from billing.payments.tables import TRANSITIONS, AttemptKind, AttemptStatus, PaymentAttempt
from database.rows import insert_unless_known
from schemas.facts import PaymentFact, PaymentStatus

# built once: it runs for every payment. The invoice and the account's test clock come along in one statement.
FROZEN_AT = (
    select(TestClock.frozen_at)
    .join(Account, Account.clock_id == TestClock.id)
    .where(Account.id == PaymentAttempt.account_id)
    .scalar_subquery()
)
LOCKED = (
    select(PaymentAttempt, Invoice, FROZEN_AT)
    .join(Invoice, Invoice.id == PaymentAttempt.invoice_id)
    .where(PaymentAttempt.id == bindparam("attempt_id"), PaymentAttempt.gateway == bindparam("gateway"))
    .with_for_update(of=(PaymentAttempt, Invoice))
)
OWED = frozenset({InvoiceStatus.PENDING, InvoiceStatus.UNCOLLECTIBLE})


class Outcome(StrEnum):
    """What recording a fact did."""

    RECORDED = "recorded"
    KNOWN = "known"
    NOT_OURS = "not_ours"


class PaymentContradiction(Exception):
    """The gateway's account of a payment does not fit ours. Never guessed away: parked, for a person to look at."""


def record_outcome(session: Session, fact: PaymentFact, now: datetime) -> Outcome:
    """Bring our books to what the gateway says. Duplicates and stale news change nothing.

    `now` is the wall clock's; what is booked gets the account's own time. Raises PaymentContradiction when a captured
    amount, currency or checkout is not the one we asked for, or when money came for an invoice that is not open.
    """
    found = _locked(session, fact)
    if found is None:
        return Outcome.NOT_OURS
    attempt, invoice, frozen_at = found
    attempt.look_up_at = now + LOOK_UP_AFTER
    before, after = attempt.status, AttemptStatus(fact.status.value)
    if before is after or (after not in onward(attempt) and fact.status is not PaymentStatus.CAPTURED):
        _look_up_no_more_when_final(attempt)
        return Outcome.KNOWN
    _write_down(attempt, fact)
    if after is AttemptStatus.CAPTURED:
        _check_capture(attempt, fact)
    attempt.status = after
    _look_up_no_more_when_final(attempt)
    if after is AttemptStatus.CAPTURED:
        # whoever lives by a test clock is paid by that clock too, whatever time the gateway has
        _remember_customer(session, attempt, fact.customer_ref)
        _capture(session, attempt, invoice, frozen_at or fact.paid_at or now, frozen_at or now)
    elif _is_over(attempt):
        _lose(session, attempt, invoice, frozen_at or now)
    return Outcome.RECORDED


def onward(attempt: PaymentAttempt) -> frozenset[AttemptStatus]:
    """Where an attempt may still go. A declined charge is over: another card is another attempt."""
    if attempt.status is AttemptStatus.FAILED and _is_over(attempt):
        return frozenset({AttemptStatus.CAPTURED})
    return TRANSITIONS[attempt.status]


def _locked(session: Session, fact: PaymentFact) -> tuple[PaymentAttempt, Invoice, datetime | None] | None:
    """The attempt, its invoice and, if their account lives by a test clock, what time that shows."""
    try:
        attempt_id = UUID(fact.attempt_id)
    except ValueError:
        return None
    found = session.execute(LOCKED, {"attempt_id": attempt_id, "gateway": fact.gateway}).one_or_none()
    return (found[0], found[1], found[2]) if found else None


def _write_down(attempt: PaymentAttempt, fact: PaymentFact) -> None:
    if attempt.checkout_ref and fact.checkout_ref and attempt.checkout_ref != fact.checkout_ref:
        raise PaymentContradiction(f"attempt {attempt.id} was opened as another checkout than the one now reported")
    attempt.checkout_ref = attempt.checkout_ref or fact.checkout_ref
    attempt.payment_ref = fact.payment_ref or attempt.payment_ref
    attempt.charge_ref = fact.charge_ref or attempt.charge_ref
    attempt.failure_code = fact.failure_code


def _check_capture(attempt: PaymentAttempt, fact: PaymentFact) -> None:
    if AttemptStatus.CAPTURED not in onward(attempt):
        raise PaymentContradiction(f"attempt {attempt.id} is {attempt.status}, yet the gateway captured it")
    if (fact.amount_minor, fact.currency) != (attempt.amount_minor, attempt.currency):
        raise PaymentContradiction(
            f"attempt {attempt.id} asked for {attempt.amount_minor} {attempt.currency}, "
            f"the gateway captured {fact.amount_minor} {fact.currency}"
        )


def _capture(session: Session, attempt: PaymentAttempt, invoice: Invoice, paid_at: datetime, now: datetime) -> None:
    """Money came in: post it, settle the invoice. A draft is issued first; its number comes last."""
    attempt.captured_at = paid_at
    is_draft = invoice.status is InvoiceStatus.DRAFT
    if not is_draft and invoice.status not in OWED:
        raise PaymentContradiction(f"attempt {attempt.id} captured money for an invoice that is {invoice.status}")
    issued = [issue_invoice(session, invoice, due_at=now, now=now)] if is_draft else []
    post(session, [*issued, captured_movement(attempt)], now)
    settle_invoice(session, invoice, paid_at=paid_at, now=now)
    if is_draft:
        number_invoice(session, invoice)
    if attempt.kind is AttemptKind.CHARGE:
        session.flush()  # what follows asks the database which invoices are open
        invoice_paid(session, invoice, now)


def _lose(session: Session, attempt: PaymentAttempt, invoice: Invoice, now: datetime) -> None:
    """No money will come of this attempt: a checkout's draft is dropped; after a charge, dunning decides."""
    if attempt.kind is not AttemptKind.CHARGE:
        void_draft(invoice, now)
    elif invoice.status in CHARGEABLE:
        session.flush()  # what follows may begin another charge, which this one's row would forbid
        charge_failed(session, invoice, attempt, now)


def captured_movement(attempt: PaymentAttempt) -> Movement:
    """The posting of the money that an attempt captured: it is with the gateway, and the customer owes it no more."""
    amount = Money(attempt.amount_minor, attempt.currency)
    sides = (
        Side(LedgerAccount.GATEWAY_CLEARING, amount, gateway=attempt.gateway),
        Side(LedgerAccount.RECEIVABLE, -amount),
    )
    return Movement(LedgerReason.PAYMENT_CAPTURED, f"payment_captured/{attempt.id}", attempt.account_id, sides)


def _remember_customer(session: Session, attempt: PaymentAttempt, customer_ref: str) -> None:
    if customer_ref and customer_ref != attempt.request["customer_ref"]:
        row = {"account_id": attempt.account_id, "gateway": attempt.gateway, "customer_ref": customer_ref}
        insert_unless_known(session, GatewayCustomer, row)


def _look_up_no_more_when_final(attempt: PaymentAttempt) -> None:
    if attempt.status is AttemptStatus.CAPTURED or _is_over(attempt):
        attempt.look_up_at = None


def _is_over(attempt: PaymentAttempt) -> bool:
    """Nothing more will come of it. A checkout that failed may yet be paid by another card, a charge may not."""
    is_failed_charge = attempt.status is AttemptStatus.FAILED and attempt.kind is AttemptKind.CHARGE
    return attempt.status is AttemptStatus.EXPIRED or is_failed_charge
