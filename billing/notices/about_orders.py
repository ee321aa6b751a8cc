"""Mails about what is to be paid past every gateway, and is not."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.dunning.orders import end_of_order
from billing.dunning.tables import Dunning
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.notices.about_invoices import subscription_of
from billing.notices.describe_invoice import describe_invoice
from billing.notices.occasion import Occasion, require, with_invoice, write_to
from billing.receipts.tables import Allocation
from schemas.documents import NoticeFacts
from schemas.transfer_facts import OrderFacts


def reminded(session: Session, occasion: Occasion) -> NoticeFacts:
    """It still waits for its money, before its day or after it."""
    invoice = get_invoice(session, occasion.subject_id)
    require(invoice.status is InvoiceStatus.PENDING, f"the invoice is {invoice.status}")
    now = now_of(session, invoice.account_id, occasion.wall)
    subscription = subscription_of(session, invoice, session.get(Dunning, invoice.id))
    return write_to(
        session,
        occasion,
        invoice.account_id,
        subscription=subscription,
        order=_order(session, invoice) if invoice.is_order else None,
        is_overdue=invoice.due_at is not None and invoice.due_at <= now,
        **with_invoice(session, occasion, invoice.id),
    )


def canceled(session: Session, occasion: Occasion) -> NoticeFacts:
    """Its time is over, and nothing is to be paid any more."""
    invoice = get_invoice(session, occasion.subject_id)
    require(invoice.status is InvoiceStatus.VOID, f"the invoice is {invoice.status}")
    order = OrderFacts(kept_minor=_released_minor(session, invoice))
    told = describe_invoice(session, invoice.id, occasion.letterhead)
    return write_to(session, occasion, invoice.account_id, order=order, invoice=told)


def _order(session: Session, invoice: Invoice) -> OrderFacts:
    ends_at = end_of_order(session, invoice)
    return OrderFacts(ends_at.date() if ends_at else None)


def _released_minor(session: Session, invoice: Invoice) -> int:
    """What had paid of the invoice when it was voided."""
    released = select(func.sum(-Allocation.amount_minor)).where(Allocation.amount_minor < 0)
    return int(session.scalar(released.where(Allocation.invoice_id == invoice.id)) or 0)
