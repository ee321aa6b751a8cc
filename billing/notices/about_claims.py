"""Mails about payments that the customer says were made past every gateway."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.invoices.queries import get_invoice
from billing.invoices.tables import OWED, Invoice
from billing.manual_payments.queries import get_claim, method_of
from billing.manual_payments.tables import PaymentClaim
from billing.notices.occasion import Occasion, require, with_invoice, write_to
from billing.receipts.tables import Allocation
from schemas.documents import NoticeFacts
from schemas.transfer_facts import ClaimFacts


def instructions(session: Session, occasion: Occasion) -> NoticeFacts:
    """How the invoice is to be paid."""
    invoice = get_invoice(session, occasion.subject_id)
    require(invoice.status in OWED, f"the invoice is {invoice.status}")
    require(method_of(session, invoice.id) is not None, "no such way was chosen")
    return write_to(session, occasion, invoice.account_id, **with_invoice(session, occasion, invoice.id))


def approved(session: Session, occasion: Occasion) -> NoticeFacts:
    """The money came; what is left to pay is told as of now."""
    claim = get_claim(session, occasion.subject_id)
    invoice = get_invoice(session, claim.invoice_id)
    left = invoice.left_minor if invoice.status in OWED else 0
    kept = claim.amount_minor - _paid_minor(session, claim)
    return write_to(session, occasion, claim.account_id, claim=_facts(claim, invoice, left, kept))


def rejected(session: Session, occasion: Occasion) -> NoticeFacts:
    """It did not."""
    claim = get_claim(session, occasion.subject_id)
    invoice = get_invoice(session, claim.invoice_id)
    return write_to(session, occasion, claim.account_id, claim=_facts(claim, invoice, 0, 0))


def _paid_minor(session: Session, claim: PaymentClaim) -> int:
    """What the money has paid of the invoice that it was claimed for."""
    paid = select(func.sum(Allocation.amount_minor)).where(Allocation.receipt_id == claim.receipt_id)
    return int(session.scalar(paid.where(Allocation.invoice_id == claim.invoice_id)) or 0)


def _facts(claim: PaymentClaim, invoice: Invoice, left_minor: int, kept_minor: int) -> ClaimFacts:
    return ClaimFacts(
        amount_minor=claim.amount_minor,
        currency=claim.currency,
        paid_on=claim.paid_on,
        reference=claim.paid_as,
        invoice_number=invoice.number or "",
        invoice_currency=invoice.currency,
        left_minor=left_minor,
        kept_minor=kept_minor,
        reason=claim.reject_reason,
    )
