"""Keep a rendered document with its invoice."""

import hashlib
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.invoices.stage_receipt import stage_receipt
from billing.invoices.tables import Invoice, InvoiceDocument, InvoiceStatus
from database.rows import insert_unless_known

PDF, UNPAID_PDF = "pdf", "pdf_unpaid"


def attach_document(
    session: Session, invoice_id: UUID, content: bytes, wall: Wall, *, is_paid: bool, is_mailed: bool = True
) -> None:
    """Store the PDF, once, and stage the e-mail that carries it. A second rendering is dropped: what was sent stays.

    An invoice to be paid by transfer is rendered when it is issued and when it is paid, `is_paid` tells which, and has
    a mail of its own for either: a receipt never carries a paper that asks for the money.
    """
    row = {
        "invoice_id": invoice_id, "kind": PDF if is_paid else UNPAID_PDF, "content": content,
        "sha256": hashlib.sha256(content).hexdigest(), "created_at": wall.at,
    }  # fmt: skip
    insert_unless_known(session, InvoiceDocument, row)
    invoice = session.get_one(Invoice, invoice_id)
    # paid meanwhile: the paper that says so is on its way
    if is_mailed and is_paid is (invoice.status is InvoiceStatus.PAID):
        stage_receipt(session, invoice)
