"""What a payment means for the automatic top-up that began it."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.credit_notes.void_invoice import void_issued
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.invoices.void import void_draft
from billing.top_ups.queries import month_of
from billing.top_ups.row import count_purchases, lock_top_up, stop_top_up
from billing.top_ups.tables import AutoTopUp


def top_up_captured(session: Session, invoice: Invoice, now: datetime) -> None:
    """The purchase is paid and its credits are granted: the next may begin. The caller holds the invoice's lock."""
    top_up = lock_top_up(session, AutoTopUp.invoice_id == invoice.id, AutoTopUp.account_id == invoice.account_id)
    if top_up is not None:
        top_up.invoice_id = None


def top_up_failed(session: Session, invoice: Invoice, code: str, now: datetime) -> None:
    """The card was declined: void the purchase and stop with the gateway's code, until the customer sets it anew.

    The customer is told. The purchase does not count for its month. The caller holds the invoice's row lock.
    """
    if invoice.status is InvoiceStatus.DRAFT:
        void_draft(invoice, now)
    else:
        void_issued(session, invoice, now)
    session.flush()
    top_up = lock_top_up(session, AutoTopUp.invoice_id == invoice.id, AutoTopUp.account_id == invoice.account_id)
    if top_up is None:
        return
    top_up.invoice_id = None
    count_purchases(session, top_up, top_up.month or month_of(now))
    if top_up.stopped_at is None:
        stop_top_up(session, top_up, code, now)
