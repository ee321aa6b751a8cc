"""Draft an invoice."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.invoices.compose import NewInvoice, compose_invoice
from billing.invoices.tables import Invoice, InvoiceLine
from database.ids import uuid7
from database.rows import insert_rows


def draft_invoice(session: Session, new: NewInvoice, invoice_id: UUID | None = None) -> Invoice:
    """Write a draft with its lines. It has no number yet: a checkout that nobody pays must not leave a gap.

    The database refuses a second invoice for the same cause (IntegrityError). Its id is a new one unless it had one.
    """
    composed = compose_invoice(invoice_id or uuid7(), new)
    invoice = Invoice(**composed.invoice)
    session.add(invoice)
    session.flush()  # the lines' foreign key needs the invoice first
    insert_rows(session, InvoiceLine, *composed.lines)
    return invoice
