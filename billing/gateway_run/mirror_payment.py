"""What became of an invoice that a gateway wrote: paid, void, given up, or a try that failed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.cards.queries import find_card
from billing.credit_notes.void_invoice import void_issued
from billing.gateway_run.mirror_lines import take_back_credits
from billing.invoices.give_up import give_up_invoice
from billing.invoices.settle import settle_invoice
from billing.invoices.tables import OWED, Invoice, InvoiceStatus
from billing.ledger.post import post
from billing.money import Money
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.receipts.queries import booked_among, unmatched_minor
from billing.receipts.receive import Received, capture_of, receive
from billing.receipts.tables import ReceiptRemark
from billing.receipts.write import write_receipts
from billing.subscriptions.pending_changes import is_waited_for
from billing.subscriptions.tables import Subscription
from database.ids import uuid7
from database.outbox import stage
from schemas.facts.invoices import GatewayInvoiceFact, InvoicePaymentFact
from schemas.facts.payments import NO_CARD_NAMED, ChargedCard


def bring_on(
    session: Session, subscription: Subscription, invoice: Invoice, fact: GatewayInvoiceFact, now: datetime
) -> None:
    """Book each payment that came for it, and bring an invoice that is not paid to what the gateway says of it.

    What comes for one that is paid or void already is kept. The caller holds its row lock.
    """
    for payment in _unbooked(session, fact, fact.came if invoice.status in OWED else fact.payments):
        _receive(session, invoice, fact, payment, now)
    if invoice.status not in OWED:
        return
    if fact.status == "paid" and not invoice.left_minor:
        take_back_credits(session, subscription, fact, now)
        settle_invoice(session, invoice, fact.paid_at or now, now)
    elif fact.status == "void":
        void_issued(session, invoice, now)
    elif fact.status == "uncollectible" and invoice.status is InvoiceStatus.PENDING:
        give_up_invoice(invoice)
    elif fact.status == "open" and fact.failure_code:
        _fail(session, invoice, fact)


def keep_unmatched(session: Session, account_id: UUID, fact: GatewayInvoiceFact, now: datetime) -> None:
    """Keep for the account what was paid for an invoice that does not add up in our books, once, and call a person."""
    booked = [
        receive(_received(account_id, None, fact, payment, now), None, remark=ReceiptRemark.OTHER_AMOUNT)
        for payment in _unbooked(session, fact, fact.came)
    ]
    post(session, [each.movement for each in booked], now)
    write_receipts(session, booked)


def kept_early_minor(session: Session, fact: GatewayInvoiceFact) -> int:
    """What of the sum that is asked for was paid and kept already, see above: it pays the invoice once that adds up."""
    references = {_reference(fact, payment) for payment in fact.came}
    return min(unmatched_minor(session, fact.gateway, references, fact.currency), fact.due_minor)


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
        topic = "plan_change_unpaid" if is_waited_for(session, invoice.id) else "payment_failed"
        stage(session, topic, invoice.id, f"payment_failed/{attempt.id}")


def _unbooked(
    session: Session, fact: GatewayInvoiceFact, payments: Sequence[InvoicePaymentFact]
) -> list[InvoicePaymentFact]:
    """Those that are no receipt yet. One booked under the invoice's own name stands for all of them."""
    whole = fact.gateway, fact.invoice_ref
    names = {(fact.gateway, _reference(fact, payment)): payment for payment in payments}
    booked = booked_among(session, {*names, whole}) if names else set()
    return [] if whole in booked else [payment for name, payment in names.items() if name not in booked]


def _receive(
    session: Session, invoice: Invoice, fact: GatewayInvoiceFact, payment: InvoicePaymentFact, now: datetime
) -> None:
    """What was paid is booked as it was paid; less than was asked for leaves the invoice open."""
    attempt = _attempt(invoice, fact, f"{_cause(fact)}/{_reference(fact, payment)}", AttemptStatus.CAPTURED)
    attempt.amount_minor, attempt.captured_at = payment.amount_minor, payment.paid_at or now
    # the gateway keeps one payment for all its tries, so only the one that succeeded bears its name
    attempt.payment_ref, attempt.charge_ref = payment.payment_ref, payment.charge_ref
    session.add(attempt)
    session.flush()  # the receipt refers to it
    received = _received(invoice.account_id, attempt.id, fact, payment, now)
    booked = receive(replace(received, card=_card(session, fact.gateway, payment)), invoice)
    post(session, [booked.movement], now)
    write_receipts(session, [booked])


def _received(
    account_id: UUID, attempt_id: UUID | None, fact: GatewayInvoiceFact, payment: InvoicePaymentFact, now: datetime
) -> Received:
    amount, name = Money(payment.amount_minor, fact.currency), _reference(fact, payment)
    return capture_of(account_id, attempt_id, fact.gateway, name, amount, payment.paid_at or now)


def _card(session: Session, gateway: str, payment: InvoicePaymentFact) -> ChargedCard:
    """The card that paid, if it was saved here."""
    card = find_card(session, gateway, payment.card_ref) if payment.card_ref else None
    return ChargedCard(card.brand, card.last4) if card else NO_CARD_NAMED


def _reference(fact: GatewayInvoiceFact, payment: InvoicePaymentFact) -> str:
    return payment.payment_ref or fact.invoice_ref


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
