"""Issue the credit note of a void invoice: all that is left of it, of which a part may have been paid."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.credit_notes.issue import NewCreditNote, issue_credit_note
from billing.credit_notes.queries import kept_of_void, parts_left
from billing.credit_notes.rules import gross_of, voided_cause
from billing.credit_notes.tables import CreditNoteReason
from billing.invoices.tables import Invoice


def credit_voided(session: Session, invoice_id: UUID, wall: Wall) -> None:
    """The paper that an issued invoice is void needs, see `void_issued`, which has moved the money already.

    A second time changes nothing.
    """
    invoice = session.get_one(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    parts = [part for part in parts_left(session, invoice_id) if part.net_minor or part.tax_minor]
    if not gross_of(parts):
        return
    kept_minor = max(kept_of_void(session, invoice_id), 0)
    note = NewCreditNote(
        cause=voided_cause(invoice_id),
        reason=CreditNoteReason.INVOICE_VOIDED,
        parts=parts,
        kept_minor=kept_minor,
        unpaid_minor=gross_of(parts) - kept_minor,
    )
    issue_credit_note(session, invoice, note, now_of(session, invoice.account_id, wall))
