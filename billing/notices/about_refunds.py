"""Mails about money that goes back."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.credit_notes.queries import find_note_pdf, get_credit_note
from billing.credit_notes.tables import CreditNote
from billing.credits.queries import count_owed_for
from billing.invoices.tables import Invoice
from billing.notices.describe_credit_note import paid_with
from billing.notices.occasion import Occasion, require, write_to
from billing.receipts.tables import Receipt
from billing.refunds.fail_refund import failed_cause
from billing.refunds.tables import WITHOUT_EFFECT, Refund
from schemas.documents import NoticeFacts, RefundFacts


def refunded(session: Session, occasion: Occasion) -> NoticeFacts:
    """A payment goes back, and has not come back."""
    refund = session.get_one(Refund, occasion.subject_id)
    require(refund.status not in WITHOUT_EFFECT, f"the refund has {refund.status}")
    notes = session.scalars(select(CreditNote).where(CreditNote.refund_id == refund.id).order_by(CreditNote.number))
    to = paid_with(session, refund, occasion.letterhead)
    facts = RefundFacts(refund.amount_minor, refund.currency, to, note=refund.note)
    return _about(session, occasion, refund.account_id, notes.all(), facts)


def credited(session: Session, occasion: Occasion) -> NoticeFacts:
    """An invoice was corrected or is void, and what was paid of it is kept; also because it could not be refunded."""
    note = get_credit_note(session, occasion.subject_id)
    facts = RefundFacts(
        note.total_minor,
        note.currency,
        None,
        kept_minor=note.kept_minor + _kept_again(session, note),
        unpaid_minor=note.unpaid_minor,
        has_failed=note.refund_id is not None,
        note=note.note,
    )
    return _about(session, occasion, note.account_id, [note], facts)


def _kept_again(session: Session, note: CreditNote) -> int:
    """What was to be refunded, and is kept now: less what has gone back another way since."""
    if note.refund_id is None:
        return 0
    receipt = session.scalar(select(Receipt).where(Receipt.cause == failed_cause(note.refund_id)))
    return min(note.refunded_minor, receipt.kept_minor) if receipt else 0


def _about(
    session: Session, occasion: Occasion, account_id: UUID, notes: Sequence[CreditNote], refund: RefundFacts
) -> NoticeFacts:
    """With the papers that are rendered; on a test clock there are none."""
    numbers = [session.get_one(Invoice, note.invoice_id).number or "" for note in notes]
    drawn = [(note.number, find_note_pdf(session, note.id)) for note in notes]
    told = replace(
        refund,
        invoice_numbers=tuple(numbers),
        note_numbers=tuple(note.number for note in notes),
        credits_owed=count_owed_for(session, [note.cause for note in notes]),
    )
    papers = tuple((number, pdf) for number, pdf in drawn if pdf is not None)
    return write_to(session, occasion, account_id, refund=told, papers=papers)
