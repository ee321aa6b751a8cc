"""Issue the credit note of a void invoice: all that is left of it, of which a part may have been paid."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.credit_notes.issue import NewCreditNote, issue_credit_note
from billing.credit_notes.queries import parts_left
from billing.credit_notes.rules import gross_of
from billing.credit_notes.tables import CreditNoteReason
from billing.credit_notes.void_invoice import voided_cause
from billing.invoices.tables import Invoice
from billing.ledger.tables import LedgerAccount, LedgerEntry, LedgerTransaction


def credit_voided(session: Session, invoice_id: UUID, wall: Wall) -> None:
    """The paper that an issued invoice is void needs, see `void_issued`, which has moved the money already.

    A second time changes nothing.
    """
    invoice = session.get_one(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    parts = [part for part in parts_left(session, invoice_id) if part.net_minor or part.tax_minor]
    if not gross_of(parts):
        return
    kept_minor = max(_kept(session, invoice_id), 0)
    note = NewCreditNote(
        cause=voided_cause(invoice_id),
        reason=CreditNoteReason.INVOICE_VOIDED,
        parts=parts,
        kept_minor=kept_minor,
        unpaid_minor=gross_of(parts) - kept_minor,
    )
    issue_credit_note(session, invoice, note, now_of(session, invoice.account_id, wall))


def _kept(session: Session, invoice_id: UUID) -> int:
    """What had been paid and is the customer's since; below zero, it was owed from before and is so again."""
    moved = (
        select(-func.sum(LedgerEntry.amount_minor))
        .join(LedgerTransaction)
        .where(
            LedgerTransaction.cause == voided_cause(invoice_id),
            LedgerEntry.ledger_account == LedgerAccount.CUSTOMER_BALANCE,
        )
    )
    return int(session.scalar(moved) or 0)
