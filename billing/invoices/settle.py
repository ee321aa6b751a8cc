"""Settle an issued invoice with a captured payment."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from billing.credits.grant import grant_credits
from billing.credits.tables import CreditSource
from billing.invoices.rules import check_transition
from billing.invoices.tables import Invoice, InvoiceLine, InvoiceStatus
from database.outbox import stage

PROMISED = (
    select(InvoiceLine.id, InvoiceLine.credits)
    .where(InvoiceLine.invoice_id == bindparam("invoice_id"), InvoiceLine.credits > 0)
    .order_by(InvoiceLine.position)
)


def settle_invoice(session: Session, invoice: Invoice, paid_at: datetime, now: datetime) -> None:
    """Mark the invoice paid, grant the credits its lines promise, and stage its document.

    The caller holds the invoice's row lock and posts the payment. Raises Rejected `invoice_state` unless it is open.
    """
    check_transition(invoice.status, InvoiceStatus.PAID)
    invoice.status, invoice.paid_at = InvoiceStatus.PAID, paid_at
    for line in session.execute(PROMISED, {"invoice_id": invoice.id}):
        cause = f"invoice_line/{line.id}"
        grant_credits(session, invoice.account_id, CreditSource.PACKAGE, cause, line.credits, None, now)
    stage(session, "invoice_pdf", invoice.id, f"invoice_pdf/{invoice.id}")
