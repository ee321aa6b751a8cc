"""Tell the customer that money goes back: when it is under way, and its papers, which say so, are drawn."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.credit_notes.draw import draw_note
from billing.credit_notes.tables import CreditNote, CreditNoteDocument
from billing.refunds.tables import WITHOUT_EFFECT, Refund, RefundStatus
from database.outbox import stage

UNDER_WAY = frozenset({RefundStatus.PENDING, RefundStatus.SUCCEEDED})
ANSWERED = UNDER_WAY | WITHOUT_EFFECT


def stage_mail_of_note(session: Session, note: CreditNote) -> None:
    """A paper is drawn: what it belongs to may be told now."""
    if note.refund_id is None:
        _stage_paper(session, note.id)
    else:
        stage_refund_mail(session, session.get_one(Refund, note.refund_id))


def stage_refund_mail(session: Session, refund: Refund) -> None:
    """Once per refund, when its papers are there, which are drawn after the gateway's word. A test clock has none.

    Of one that failed the customer has the papers: the invoices are corrected all the same.
    """
    notes = select(CreditNote, CreditNoteDocument.kind).outerjoin(CreditNoteDocument)
    papers = session.execute(notes.where(CreditNote.refund_id == refund.id)).all()
    is_on_clock = get_account(session, refund.account_id).clock_id is not None
    drawn = [note.id for note, kind in papers if kind is not None or is_on_clock]
    for note, _ in papers if refund.status in ANSWERED else ():
        draw_note(session, note)
    if refund.status in WITHOUT_EFFECT:
        for note_id in drawn:
            _stage_paper(session, note_id)
    elif refund.status in UNDER_WAY and len(drawn) == len(papers):
        stage(session, "refund_notification", refund.id, f"refund_notification/{refund.id}")


def _stage_paper(session: Session, note_id: UUID) -> None:
    stage(session, "credit_note_created", note_id, f"credit_note_created/{note_id}")
