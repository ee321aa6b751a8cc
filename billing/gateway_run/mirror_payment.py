"""What became of an invoice that a gateway wrote: paid, void, given up, or a try that failed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.invoices.give_up import give_up_invoice
from billing.invoices.settle import settle_invoice
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.ledger.post import post
from billing.money import Money
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.receipts.queries import booked_among, unmatched_minor
from billing.receipts.receive import Received, capture_of, receive
from billing.receipts.tables import ReceiptRemark
from billing.receipts.void_invoice import void_issued
from billing.receipts.write import write_receipts
from database.ids import uuid7
from database.outbox import stage
from schemas.facts import GatewayInvoiceFact


def bring_on(session: Session, invoice: Invoice, fact: GatewayInvoiceFact, now: datetime) -> None:
    """Bring an invoice that is not paid to what the gateway says of it. The caller holds its row lock."""
    if fact.status == "paid":
        _pay(session, invoice, fact, now)
    elif fact.status == "void":
        _receive_once(session, invoice, fact, now)
        void_issued(session, invoice, now)
    elif fact.status == "uncollectible" and invoice.status is InvoiceStatus.PENDING:
        give_up_invoice(invoice)
    elif fact.status == "open" and fact.failure_code:
        _fail(session, invoice, fact)


def keep_unmatched(session: Session, account_id: UUID, fact: GatewayInvoiceFact, now: datetime) -> None:
    """Keep for the account what was paid for an invoice that does not add up in our books, once, and call a person."""
    if _is_booked(session, fact):
        return
    booked = receive(_received(account_id, None, fact, now), None, remark=ReceiptRemark.OTHER_AMOUNT)
    post(session, [booked.movement], now)
    write_receipts(session, [booked])


def kept_early_minor(session: Session, fact: GatewayInvoiceFact) -> int:
    """What of the sum that is asked for was paid and kept already, see above: it pays the invoice once that adds up."""
    came = unmatched_minor(session, fact.gateway, _reference(fact), fact.currency)
    return min(came, fact.due_minor)


def _fail(session: Session, invoice: Invoice, fact: GatewayInvoiceFact) -> None:
    """Tell of each try once. The gateway tries again by its own plan; its state comes with the subscription's events.

    The invoice's row lock makes two workers take turns.
    """
    cause = f"{_cause(fact)}/{fact.attempts}"
    known = session.scalar(select(PaymentAttempt.id).where(PaymentAttempt.cause == cause))
    if known is None:
        attempt = _attempt(invoice, fact, cause, AttemptStatus.FAILED)
        attempt.failure_code = fact.failure_code
        session.add(attempt)
        stage(session, "payment_failed", invoice.id, f"payment_failed/{attempt.id}")


def _pay(session: Session, invoice: Invoice, fact: GatewayInvoiceFact, now: datetime) -> None:
    """What was paid is booked as it was paid; less than was asked for leaves the invoice open."""
    _receive_once(session, invoice, fact, now)
    if not invoice.left_minor:
        settle_invoice(session, invoice, fact.paid_at or now, now)


def _receive_once(session: Session, invoice: Invoice, fact: GatewayInvoiceFact, now: datetime) -> None:
    if fact.paid_minor and not _is_booked(session, fact):
        _receive(session, invoice, fact, now)


def _receive(session: Session, invoice: Invoice, fact: GatewayInvoiceFact, now: datetime) -> None:
    attempt = _attempt(invoice, fact, _cause(fact), AttemptStatus.CAPTURED)
    attempt.amount_minor, attempt.captured_at = fact.paid_minor, fact.paid_at or now
    # the gateway keeps one payment for all its tries, so only the one that succeeded bears its name
    attempt.payment_ref, attempt.charge_ref = fact.payment_ref, fact.charge_ref
    session.add(attempt)
    session.flush()  # the receipt refers to it
    booked = receive(_received(invoice.account_id, attempt.id, fact, now), invoice)
    post(session, [booked.movement], now)
    write_receipts(session, [booked])


def _received(account_id: UUID, attempt_id: UUID | None, fact: GatewayInvoiceFact, now: datetime) -> Received:
    amount = Money(fact.paid_minor, fact.currency)
    return capture_of(account_id, attempt_id, fact.gateway, _reference(fact), amount, fact.paid_at or now)


def _is_booked(session: Session, fact: GatewayInvoiceFact) -> bool:
    return bool(booked_among(session, {(fact.gateway, _reference(fact))}))


def _reference(fact: GatewayInvoiceFact) -> str:
    return fact.payment_ref or fact.invoice_ref


def _attempt(invoice: Invoice, fact: GatewayInvoiceFact, cause: str, status: AttemptStatus) -> PaymentAttempt:
    """A try that the gateway made by itself: in our books it begins with its outcome."""
    return PaymentAttempt(
        id=uuid7(),
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        kind=AttemptKind.GATEWAY,
        cause=cause,
        gateway=fact.gateway,
        status=status,
        amount_minor=invoice.left_minor,
        currency=invoice.currency,
        request={},
    )


def _cause(fact: GatewayInvoiceFact) -> str:
    return f"{fact.gateway}_invoice/{fact.invoice_ref}"
