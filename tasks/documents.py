"""The queue of documents."""

from calls.credit_voided import credit_voided_invoices as credit_voided
from calls.render_credit_notes import render_credit_notes as render_notes
from calls.render_invoices import render_invoices as render
from calls.write_evidence import write_evidence as write
from calls.write_exports import write_exports as write_copies
from schemas.messages.documents import (
    CreditVoidedInvoices,
    RenderCreditNotes,
    RenderInvoices,
    WriteEvidence,
    WriteExports,
)
from workers.task import doorway
from workers.wiring import Work


@doorway(RenderInvoices)
def render_invoices(work: Work, message: RenderInvoices) -> None:
    """Render the invoice PDFs that these outbox rows ask for."""
    render(work, message.ids)


@doorway(RenderCreditNotes)
def render_credit_notes(work: Work, message: RenderCreditNotes) -> None:
    """Render the credit note PDFs that these outbox rows ask for."""
    render_notes(work, message.ids)


@doorway(CreditVoidedInvoices)
def credit_voided_invoices(work: Work, message: CreditVoidedInvoices) -> None:
    """Issue the credit notes of the void invoices that these outbox rows name."""
    credit_voided(work, message.ids)


@doorway(WriteEvidence)
def write_evidence(work: Work, message: WriteEvidence) -> None:
    """Write the evidence against the disputes that these outbox rows name."""
    write(work, message.ids)


@doorway(WriteExports)
def write_exports(work: Work, message: WriteExports) -> None:
    """Write the copies of all that is known of an account that these outbox rows ask for."""
    write_copies(work, message.ids)
