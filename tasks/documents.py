"""Documents: render what the books describe, keep it as it was sent."""

from billing.invoices.attach_document import attach_document
from billing.notices.describe_invoice import describe_invoice
from database.outbox import OutboxEntry
from documents.invoice_pdf import render_invoice_pdf
from schemas.messages import RenderInvoices
from workers import claims
from workers.task import doorway
from workers.wiring import Work


@doorway(RenderInvoices)
def render_invoices(work: Work, message: RenderInvoices) -> None:
    """Render each invoice's PDF and store it; storing stages the e-mail that carries it."""
    for entry in claims.take(work.database, OutboxEntry, message.ids):
        with claims.attempt(work.database, entry):
            _render(work, entry)


def _render(work: Work, entry: OutboxEntry) -> None:
    """Rendering happens between two short transactions: a slow page holds no connection and no lock."""
    with work.database.transaction() as session:
        facts = describe_invoice(session, entry.subject_id, work.seller, work.payment_instructions)
    content = render_invoice_pdf(facts)
    claims.finish(work.database, entry, lambda session: attach_document(session, entry.subject_id, content, work.now()))
