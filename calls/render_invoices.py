"""Render invoices: what the books describe becomes a document, kept as it was sent."""

from collections.abc import Sequence
from uuid import UUID

from billing.invoices.attach_document import attach_document
from billing.invoices.stage_receipt import UNSENT
from billing.invoices.tables import InvoiceStatus
from billing.notices.describe_invoice import describe_invoice
from calls.send_emails import letterhead_of
from database.outbox import OutboxEntry
from documents.invoice_pdf import render_invoice_pdf
from workers import claims
from workers.wiring import Work


def render_invoices(work: Work, entry_ids: Sequence[UUID]) -> None:
    """Render each invoice's PDF and store it; storing stages the e-mail that carries it."""
    for entry in claims.take(work.database, OutboxEntry, entry_ids):
        with claims.attempt(work.database, entry):
            _render(work, entry)


def _render(work: Work, entry: OutboxEntry) -> None:
    """Rendering happens between two short transactions: a slow page holds no connection and no lock."""
    with work.database.transaction() as session:
        facts = describe_invoice(session, entry.subject_id, letterhead_of(work))
    content = render_invoice_pdf(facts)
    how = {"is_paid": facts.status == InvoiceStatus.PAID, "is_mailed": not entry.cause.endswith(UNSENT)}
    claims.finish(
        work.database,
        entry,
        lambda session: attach_document(session, entry.subject_id, content, work.wall(), **how),
    )
