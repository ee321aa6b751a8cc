"""Describe the payments of an invoice as the facts that are printed of them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice
from billing.notices.letterhead import Letterhead
from billing.payments.tables import PaymentAttempt
from billing.receipts.tables import Allocation, Receipt, ReceiptSource
from schemas.documents import PaymentFacts


def describe_payments(session: Session, invoice: Invoice, letterhead: Letterhead) -> tuple[PaymentFacts, ...]:
    """The payments that were asked for this invoice and pay of it, the first to come first.

    Money that was kept of another payment is none of them: it is what `balance_used_minor` says.
    """
    paid = func.sum(Allocation.amount_minor)
    found = (
        select(Receipt, paid)
        .join(Allocation, Allocation.receipt_id == Receipt.id)
        .join(PaymentAttempt, PaymentAttempt.id == Receipt.attempt_id)
        .where(
            Allocation.invoice_id == invoice.id,
            PaymentAttempt.invoice_id == invoice.id,
            Receipt.source == ReceiptSource.CAPTURE,
        )
        .group_by(Receipt.id)
        .having(paid > 0)
    )
    rows = session.execute(found.order_by(Receipt.received_at, Receipt.id))
    return tuple(payment_facts(receipt, int(minor), letterhead) for receipt, minor in rows)


def payment_facts(receipt: Receipt, paid_minor: int, letterhead: Letterhead) -> PaymentFacts:
    """One payment as it is printed; `paid_minor` is what of it is meant."""
    return PaymentFacts(
        received_on=receipt.received_at.date(),
        amount_minor=receipt.amount_minor,
        paid_minor=paid_minor,
        method=letterhead.method_names.get(receipt.gateway, receipt.gateway),
        reference=receipt.reference,
        card_brand=receipt.card_brand,
        card_last4=receipt.card_last4,
    )
