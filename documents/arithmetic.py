"""The last look before an invoice is printed: a reader with a pencil must arrive at the same sums."""

from documents.amounts import due_minor
from schemas.documents import InvoiceFacts


def require_sums(invoice: InvoiceFacts) -> None:
    """Raise ValueError, naming the sum, when the printed figures do not add up: a bug upstream, never to be mailed."""
    sums = {
        "subtotal": (invoice.subtotal_minor, sum(line.net_minor for line in invoice.lines)),
        "tax": (invoice.tax_minor, sum(tax.tax_minor for tax in invoice.taxes)),
        "total": (invoice.total_minor, invoice.subtotal_minor + invoice.tax_minor),
    }
    for name, (stated, added) in sums.items():
        if stated != added:
            raise ValueError(f"{name} of invoice {invoice.number} is {stated}, its parts add up to {added}")
    left = due_minor(invoice)
    if left < 0 or (left and invoice.status == "paid"):
        raise ValueError(f"invoice {invoice.number} is {invoice.status}, what paid it does not add up: {left} are due")
