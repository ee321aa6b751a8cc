"""Give up an invoice that nobody paid."""

from billing.invoices.states import move
from billing.invoices.tables import Invoice, InvoiceStatus


def give_up_invoice(invoice: Invoice) -> None:
    """Mark an issued invoice uncollectible. It is still owed, so the ledger stays as it is, and it may still be paid.

    The caller holds its row lock. Raises Rejected `invoice_state` unless it is pending.
    """
    move(invoice, InvoiceStatus.UNCOLLECTIBLE)
