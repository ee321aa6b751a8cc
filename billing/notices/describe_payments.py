"""Describe the payments of an invoice as the facts that are printed of them."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice
from billing.manual_payments.tables import PaymentClaim
from billing.notices.letterhead import Letterhead
from billing.payment_methods.tables import ManualMethod
from billing.payments.tables import PaymentAttempt
from billing.receipts.tables import Allocation, Receipt, ReceiptSource
from schemas.documents import PaymentFacts

# the ways past every gateway, as they are printed; what gateways are called their rooms say
NAMES_BY_HAND: Mapping[str, str] = {ManualMethod.BANK_TRANSFER: "Bank transfer", ManualMethod.LOCAL_WALLET: "Wallet"}


def describe_payments(session: Session, invoice: Invoice, letterhead: Letterhead) -> tuple[PaymentFacts, ...]:
    """The payments that were asked, or claimed, for this invoice and pay of it, the first to come first.

    Money that was kept of another payment is none of them: it is what `balance_used_minor` says.
    """
    paid = func.sum(Allocation.amount_minor)
    found = (
        select(Receipt, paid, PaymentClaim.paid_as)
        .join(Allocation, Allocation.receipt_id == Receipt.id)
        .outerjoin(PaymentAttempt, PaymentAttempt.id == Receipt.attempt_id)
        .outerjoin(PaymentClaim, PaymentClaim.receipt_id == Receipt.id)
        .where(
            Allocation.invoice_id == invoice.id,
            or_(PaymentAttempt.invoice_id == invoice.id, PaymentClaim.invoice_id == invoice.id),
            Receipt.source == ReceiptSource.CAPTURE,
        )
        .group_by(Receipt.id, PaymentClaim.paid_as)
        .having(paid > 0)
    )
    rows = session.execute(found.order_by(Receipt.received_at, Receipt.id))
    return tuple(_claimed(payment_facts(receipt, int(minor), letterhead), paid_as) for receipt, minor, paid_as in rows)


def _claimed(payment: PaymentFacts, paid_as: str | None) -> PaymentFacts:
    """What came past every gateway is known to the payer by the reference that they gave."""
    return payment if paid_as is None else replace(payment, reference=paid_as)


def payment_facts(receipt: Receipt, paid_minor: int, letterhead: Letterhead) -> PaymentFacts:
    """One payment as it is printed; `paid_minor` is what of it is meant."""
    return PaymentFacts(
        received_on=receipt.received_at.date(),
        amount_minor=receipt.amount_minor,
        paid_minor=paid_minor,
        method=letterhead.method_names.get(receipt.gateway) or NAMES_BY_HAND.get(receipt.gateway, receipt.gateway),
        reference=receipt.reference,
        card_brand=receipt.card_brand,
        card_last4=receipt.card_last4,
    )
