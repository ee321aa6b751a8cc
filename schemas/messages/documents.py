"""Papers."""

from schemas.messages.base import FollowUps, Message


class RenderInvoices(FollowUps):
    """Render the invoice PDFs that these outbox rows ask for."""

    task = "documents.render_invoices"
    queue = "documents"


class RenderCreditNotes(FollowUps):
    """Render the credit note PDFs that these outbox rows ask for."""

    task = "documents.render_credit_notes"
    queue = "documents"


class CreditVoidedInvoices(FollowUps):
    """Issue the credit notes of the void invoices that these outbox rows name."""

    task = "documents.credit_voided_invoices"
    queue = "documents"


class WriteEvidence(FollowUps):
    """Write the evidence against the disputes that these outbox rows name."""

    task = "documents.write_evidence"
    queue = "documents"


class WriteExports(FollowUps):
    """Write the copies of all that is known of an account that these outbox rows ask for."""

    task = "documents.write_exports"
    queue = "documents"


MESSAGES: tuple[type[Message], ...] = (
    RenderInvoices,
    RenderCreditNotes,
    CreditVoidedInvoices,
    WriteEvidence,
    WriteExports,
)
# the outbox topics that these ring for
TOPICS: dict[str, type[FollowUps]] = {
    "invoice_pdf": RenderInvoices,
    "credit_note_pdf": RenderCreditNotes,
    "invoice_voided": CreditVoidedInvoices,
    "dispute_evidence": WriteEvidence,
    "account_export": WriteExports,
}
