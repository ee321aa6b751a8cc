"""What of an invoice was paid, by what, and what is still due: the same rows on paper and in mails."""

from documents.formatting import format_date
from schemas.documents import InvoiceFacts

NOTHING_DUE = frozenset({"void", "draft"})


def received_minor(invoice: InvoiceFacts) -> int:
    """What payments paid of the invoice, in minor units: nothing of it was kept from before."""
    return sum(payment.paid_minor for payment in invoice.payments)


def due_minor(invoice: InvoiceFacts) -> int:
    """What is really asked for, in minor units: the total less kept money and less what came already."""
    if invoice.status in NOTHING_DUE:
        return 0
    return invoice.total_minor - invoice.kept_minor - received_minor(invoice)


def closing(invoice: InvoiceFacts) -> tuple[tuple[str, int], ...]:
    """(label, minor units) from the total down to what is due: what pays of the invoice is negative."""
    kept = [("Paid from your balance", -invoice.kept_minor)] if invoice.kept_minor else []
    paid = [(f"Paid on {format_date(payment.received_on)}", -payment.paid_minor) for payment in invoice.payments]
    return (*kept, *paid, ("Amount due", due_minor(invoice)))
