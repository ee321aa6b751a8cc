"""Keep a rendered document with its invoice."""

import hashlib
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.invoices.stage_receipt import stage_receipt
from billing.invoices.tables import Invoice, InvoiceDocument
from database.rows import insert_unless_known

PDF = "pdf"


def attach_document(session: Session, invoice_id: UUID, content: bytes, wall: Wall) -> None:
    """Store the PDF, once, and stage the e-mail that carries it. A second rendering is dropped: what was sent stays.

    An invoice to be paid by transfer is rendered when it is issued, and has a mail of its own for that and for its end.
    """
    row = {
        "invoice_id": invoice_id, "kind": PDF, "content": content,
        "sha256": hashlib.sha256(content).hexdigest(), "created_at": wall.at,
    }  # fmt: skip
    insert_unless_known(session, InvoiceDocument, row)
    stage_receipt(session, session.get_one(Invoice, invoice_id))
