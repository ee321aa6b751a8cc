"""The queue of documents."""

from calls.render_invoices import render_invoices as render
from schemas.messages import RenderInvoices
from workers.task import doorway
from workers.wiring import Work


@doorway(RenderInvoices)
def render_invoices(work: Work, message: RenderInvoices) -> None:
    """Render the invoice PDFs that these outbox rows ask for."""
    render(work, message.ids)
