"""Render credit notes, as invoices are: what the books describe becomes a document, kept as it was sent."""

from collections.abc import Sequence
from uuid import UUID

from billing.notices.describe_credit_note import describe_credit_note
from billing.refunds.attach_note import attach_note
from calls.send_emails import letterhead_of
from database.outbox import OutboxEntry
from documents.credit_note_pdf import render_credit_note_pdf
from workers import claims
from workers.wiring import Work


def render_credit_notes(work: Work, entry_ids: Sequence[UUID]) -> None:
    """Render each credit note's PDF and store it; storing stages the e-mail that carries it."""
    for entry in claims.take(work.database, OutboxEntry, entry_ids):
        with claims.attempt(work.database, entry):
            _render(work, entry)


def _render(work: Work, entry: OutboxEntry) -> None:
    with work.database.transaction() as session:
        facts = describe_credit_note(session, entry.subject_id, letterhead_of(work))
    content = render_credit_note_pdf(facts)
    claims.finish(work.database, entry, lambda session: attach_note(session, entry.subject_id, content, work.wall()))
