"""Write down what speaks for us in a dispute: what the books know becomes a document, with the invoices behind it."""

from collections.abc import Sequence
from uuid import UUID

from billing.disputes.keep_evidence import keep_evidence
from billing.notices.describe_dispute import describe_dispute, papers_of
from calls.send_emails import letterhead_of
from database.outbox import OutboxEntry
from documents.evidence_pdf import render_evidence_pdf
from documents.invoice_pdf import render_invoice_pdf
from workers import claims
from workers.wiring import Work


def write_evidence(work: Work, entry_ids: Sequence[UUID]) -> None:
    """Render each dispute's evidence and store it."""
    for entry in claims.take(work.database, OutboxEntry, entry_ids):
        with claims.attempt(work.database, entry):
            _write(work, entry)


def _write(work: Work, entry: OutboxEntry) -> None:
    letterhead, now = letterhead_of(work), work.wall().at
    with work.database.transaction() as session:
        facts = describe_dispute(session, entry.subject_id, letterhead, now)
        papers = papers_of(session, entry.subject_id, letterhead)
    drawn = [paper if isinstance(paper, bytes) else render_invoice_pdf(paper) for paper in papers]
    content = render_evidence_pdf(facts, drawn)
    claims.finish(work.database, entry, lambda session: keep_evidence(session, entry.subject_id, content, now))
