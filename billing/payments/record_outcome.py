"""Record what became of a payment, as the gateway tells it. Webhook, look-up and retry all end here."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from billing.accounts.tables import GatewayCustomer
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.settle import settle_invoice
from billing.invoices.tables import Invoice
from billing.invoices.void import void_draft
from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.payments.start_checkout import LOOK_UP_AFTER
from billing.payments.tables import TRANSITIONS, AttemptStatus, PaymentAttempt
from database.rows import insert_unless_known
from schemas.facts import PaymentFact, PaymentStatus

# built once: these two run for every payment
LOCKED_ATTEMPT = (
    select(PaymentAttempt)
    .where(PaymentAttempt.id == bindparam("attempt_id"), PaymentAttempt.gateway == bindparam("gateway"))
    .with_for_update()
)
LOCKED_INVOICE = select(Invoice).where(Invoice.id == bindparam("invoice_id")).with_for_update()


class Outcome(StrEnum):
    """What recording a fact did."""

    RECORDED = "recorded"
    KNOWN = "known"
    NOT_OURS = "not_ours"


class PaymentContradiction(Exception):
    """The gateway's account of a payment does not fit ours. Never guessed away: parked, for a person to look at."""


def record_outcome(session: Session, fact: PaymentFact, now: datetime) -> Outcome:
    """Bring our books to what the gateway says. Duplicates and stale news change nothing.

    Raises PaymentContradiction when a captured amount, currency or checkout is not the one we asked for.
    """
    attempt = _locked_attempt(session, fact)
    if attempt is None:
        return Outcome.NOT_OURS
    attempt.look_up_at = now + LOOK_UP_AFTER
    before, after = attempt.status, AttemptStatus(fact.status.value)
    if before is after or (after not in TRANSITIONS[before] and fact.status is not PaymentStatus.CAPTURED):
        _look_up_no_more_when_final(attempt)
        return Outcome.KNOWN
    _write_down(attempt, fact)
    if after is AttemptStatus.CAPTURED:
        _capture(session, attempt, before, fact, now)
    elif after is AttemptStatus.EXPIRED:
        void_draft(_locked_invoice(session, attempt), now)
    attempt.status = after
    _look_up_no_more_when_final(attempt)
    return Outcome.RECORDED


def _locked_attempt(session: Session, fact: PaymentFact) -> PaymentAttempt | None:
    try:
        attempt_id = UUID(fact.attempt_id)
    except ValueError:
        return None
    return session.scalar(LOCKED_ATTEMPT, {"attempt_id": attempt_id, "gateway": fact.gateway})


def _locked_invoice(session: Session, attempt: PaymentAttempt) -> Invoice:
    return session.scalars(LOCKED_INVOICE, {"invoice_id": attempt.invoice_id}).one()


def _write_down(attempt: PaymentAttempt, fact: PaymentFact) -> None:
    if attempt.checkout_ref and fact.checkout_ref and attempt.checkout_ref != fact.checkout_ref:
        raise PaymentContradiction(f"attempt {attempt.id} was opened as another checkout than the one now reported")
    attempt.checkout_ref = attempt.checkout_ref or fact.checkout_ref
    attempt.payment_ref = fact.payment_ref or attempt.payment_ref
    attempt.charge_ref = fact.charge_ref or attempt.charge_ref
    attempt.failure_code = fact.failure_code


def _capture(
    session: Session, attempt: PaymentAttempt, before: AttemptStatus, fact: PaymentFact, now: datetime
) -> None:
    """Money came in: issue and settle the invoice, post the capture, remember the customer."""
    if AttemptStatus.CAPTURED not in TRANSITIONS[before]:
        raise PaymentContradiction(f"attempt {attempt.id} is {before}, yet the gateway captured it")
    if (fact.amount_minor, fact.currency) != (attempt.amount_minor, attempt.currency):
        raise PaymentContradiction(
            f"attempt {attempt.id} asked for {attempt.amount_minor} {attempt.currency}, "
            f"the gateway captured {fact.amount_minor} {fact.currency}"
        )
    attempt.captured_at = fact.paid_at or now
    invoice = _locked_invoice(session, attempt)
    _remember_customer(session, attempt, fact.customer_ref)
    post(session, [issue_invoice(session, invoice, due_at=now, now=now), _captured(attempt)], now)
    settle_invoice(session, invoice, paid_at=attempt.captured_at, now=now)
    number_invoice(session, invoice)


def _captured(attempt: PaymentAttempt) -> Movement:
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
    if not TRANSITIONS[attempt.status]:
        attempt.look_up_at = None
