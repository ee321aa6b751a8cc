"""Have the paper of a credit note drawn."""

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.credit_notes.tables import CreditNote
from database.outbox import stage


def draw_note(session: Session, note: CreditNote) -> None:
    """Once. On a test clock, where a year goes by in minutes, no document is rendered."""
    if get_account(session, note.account_id).clock_id is None:
        stage(session, "credit_note_pdf", note.id, f"credit_note_pdf/{note.id}")
