"""Reads of credit notes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.credit_notes.rules import Part, voided_cause
from billing.credit_notes.tables import CreditNote, CreditNoteDocument, CreditNoteLine
from billing.errors import Rejected
from billing.invoices.attach_document import PDF
from billing.invoices.tables import InvoiceLine
from billing.ledger.tables import LedgerAccount, LedgerEntry, LedgerTransaction
from database.among import is_among
from database.pages import FIRST_PAGE, Between, Paging, in_order, narrowed
from schemas.views.base import Page
from schemas.views.refunds import CreditNoteLineView, CreditNoteView

ORDERS = {
    "created": CreditNote.created_at,
    "issued": CreditNote.issued_at,
    "amount": CreditNote.total_minor,
    "number": CreditNote.number,
}


def parts_left(session: Session, invoice_id: UUID) -> list[Part]:
    """The lines of an invoice in their order, each less what credit notes have taken back of it."""
    of_line = CreditNoteLine.invoice_line_id == InvoiceLine.id
    net_gone = select(func.coalesce(func.sum(CreditNoteLine.net_minor), 0)).where(of_line).scalar_subquery()
    tax_gone = select(func.coalesce(func.sum(CreditNoteLine.tax_minor), 0)).where(of_line).scalar_subquery()
    lines = select(InvoiceLine, net_gone, tax_gone).where(InvoiceLine.invoice_id == invoice_id)
    return [
        Part(
            line_id=line.id,
            tax_key=(line.tax_name, line.tax_rate_ppm),
            net_minor=line.net_minor - int(net),
            tax_minor=line.tax_minor - int(tax),
        )
        for line, net, tax in session.execute(lines.order_by(InvoiceLine.position))
    ]


def get_credit_note(session: Session, note_id: UUID) -> CreditNote:
    """The credit note; raises Rejected `credit_note_not_found`."""
    note = session.get(CreditNote, note_id)
    if note is None:
        raise Rejected("credit_note_not_found", f"There is no credit note {note_id}.", status=404)
    return note


def show_credit_note(session: Session, note_id: UUID) -> CreditNoteView:
    """One credit note with its lines; raises Rejected `credit_note_not_found`."""
    note = get_credit_note(session, note_id)
    view = _view(note, bool(_rendered(session, [note_id])))
    return view.model_copy(update={"lines": list_note_lines(session, note_id)})


def list_note_lines(session: Session, note_id: UUID) -> list[CreditNoteLineView]:
    """The lines in their order, each with what the invoice said of it."""
    lines = select(CreditNoteLine, InvoiceLine).join(InvoiceLine, InvoiceLine.id == CreditNoteLine.invoice_line_id)
    in_order = lines.where(CreditNoteLine.credit_note_id == note_id).order_by(CreditNoteLine.position)
    return [
        CreditNoteLineView(
            description=billed.description,
            net_minor=line.net_minor,
            tax_name=billed.tax_name,
            tax_rate_ppm=billed.tax_rate_ppm,
            tax_minor=line.tax_minor,
        )
        for line, billed in session.execute(in_order)
    ]


def list_credit_notes(
    session: Session,
    paging: Paging = FIRST_PAGE,
    *,
    account_id: UUID | None = None,
    invoice_id: UUID | None = None,
    number: str | None = None,
    currency: str | None = None,
    created: Between | None = None,
    issued: Between | None = None,
    amount: Between | None = None,
) -> Page[CreditNoteView]:
    """A page of credit notes, ordered as `ORDERS` names it; `amount` is of their totals."""
    query = narrowed(
        select(CreditNote),
        (CreditNote.account_id, account_id),
        (CreditNote.invoice_id, invoice_id),
        (CreditNote.number, number),
        (CreditNote.currency, currency),
        (CreditNote.created_at, created),
        (CreditNote.issued_at, issued),
        (CreditNote.total_minor, amount),
    )
    page, cursor = in_order(session, query, CreditNote, paging, ORDERS)
    rendered = _rendered(session, [note.id for note in page])
    return Page(data=[_view(note, note.id in rendered) for note in page], next_cursor=cursor)


def find_note_pdf(session: Session, note_id: UUID) -> bytes | None:
    """The stored PDF; None as long as there is none."""
    return session.scalar(
        select(CreditNoteDocument.content).where(
            CreditNoteDocument.credit_note_id == note_id, CreditNoteDocument.kind == PDF
        )
    )


def get_note_pdf(session: Session, note_id: UUID) -> bytes:
    """The same; raises Rejected `credit_note_not_found` or `pdf_not_ready`."""
    content = find_note_pdf(session, note_id)
    if content is None:
        get_credit_note(session, note_id)
        raise Rejected("pdf_not_ready", "The PDF of this credit note is not rendered yet.", status=404)
    return content


def _rendered(session: Session, note_ids: Sequence[UUID]) -> set[UUID]:
    found = select(CreditNoteDocument.credit_note_id).where(is_among(CreditNoteDocument.credit_note_id, note_ids))
    return set(session.scalars(found))


def _view(note: CreditNote, is_rendered: bool) -> CreditNoteView:
    return CreditNoteView(
        id=note.id,
        account_id=note.account_id,
        invoice_id=note.invoice_id,
        refund_id=note.refund_id,
        number=note.number,
        reason=str(note.reason),
        note=note.note,
        currency=note.currency,
        subtotal_minor=note.subtotal_minor,
        tax_minor=note.tax_minor,
        total_minor=note.total_minor,
        refunded_minor=note.refunded_minor,
        kept_minor=note.kept_minor,
        unpaid_minor=note.unpaid_minor,
        issued_at=note.issued_at,
        pdf=f"/v1/billing/credit-notes/{note.id}/pdf/" if is_rendered else None,
    )


def kept_of_void(session: Session, invoice_id: UUID) -> int:
    """What had been paid of a void invoice and is the customer's since; below zero, it was owed and is so again."""
    moved = (
        select(-func.sum(LedgerEntry.amount_minor))
        .join(LedgerTransaction)
        .where(
            LedgerTransaction.cause == voided_cause(invoice_id),
            LedgerEntry.ledger_account == LedgerAccount.CUSTOMER_BALANCE,
        )
    )
    return int(session.scalar(moved) or 0)
