"""Void a draft that nobody paid."""

from datetime import datetime

from billing.errors import Rejected
from billing.invoices.states import move
from billing.invoices.tables import Invoice, InvoiceStatus


def void_draft(invoice: Invoice, now: datetime) -> None:
    """Void a draft; it has no number and no ledger entry, so nothing else changes. The caller holds its row lock.

    Raises Rejected `invoice_state` when the invoice is past its draft: an issued one is voided with its ledger entries.
    """
    if invoice.status is not InvoiceStatus.DRAFT:
        raise Rejected("invoice_state", f"Only a draft can be dropped; this invoice is {invoice.status}.", status=409)
    move(invoice, InvoiceStatus.VOID)
    invoice.voided_at = now
