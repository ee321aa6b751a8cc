"""Keep a rendered credit note, and tell the customer once all papers of the case are there."""

import hashlib
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.credit_notes.queries import get_credit_note
from billing.credit_notes.tables import CreditNoteDocument
from billing.invoices.attach_document import PDF
from billing.refunds.stage_mail import stage_mail_of_note
from database.rows import insert_unless_known


def attach_note(session: Session, note_id: UUID, content: bytes, wall: Wall) -> None:
    """Store the PDF, once: a second rendering is dropped, what was sent stays."""
    digest = hashlib.sha256(content).hexdigest()
    row = {"credit_note_id": note_id, "kind": PDF, "content": content, "sha256": digest, "created_at": wall.at}
    insert_unless_known(session, CreditNoteDocument, row)
    stage_mail_of_note(session, get_credit_note(session, note_id))
