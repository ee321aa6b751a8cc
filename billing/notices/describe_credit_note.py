"""Describe a credit note as the facts that a document is made of."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.credit_notes.queries import get_credit_note, list_note_lines
from billing.credit_notes.tables import CreditNoteReason
from billing.invoices.queries import get_invoice
from billing.notices.describe_invoice import buyer_facts
from billing.notices.describe_payments import payment_facts
from billing.notices.letterhead import Letterhead
from billing.notices.taxes import taxes_of
from billing.receipts.tables import Receipt
from billing.refunds.tables import WITHOUT_EFFECT, Refund
from schemas.documents import CreditedLineFacts, CreditNoteFacts, PaymentFacts

REASONS = {
    CreditNoteReason.DUPLICATE: "It was billed twice.",
    CreditNoteReason.FRAUDULENT: "It was not bought by the customer.",
    CreditNoteReason.REQUESTED_BY_CUSTOMER: "Returned at the customer's request.",
    CreditNoteReason.ORDER_CHANGE: "The order was changed.",
    CreditNoteReason.PRODUCT_UNSATISFACTORY: "The service was not as agreed.",
    CreditNoteReason.INVOICE_VOIDED: "The invoice is void.",
    CreditNoteReason.REFUNDED_AT_GATEWAY: "The payment was refunded.",
}


def describe_credit_note(session: Session, note_id: UUID, letterhead: Letterhead) -> CreditNoteFacts:
    """The credit note in printable facts. Raises Rejected `credit_note_not_found`."""
    note = get_credit_note(session, note_id)
    invoice = get_invoice(session, note.invoice_id)
    if invoice.number is None or invoice.issued_at is None:
        raise ValueError(f"credit note {note.number} is of an invoice that was never issued")
    lines = list_note_lines(session, note_id)
    refund = session.get(Refund, note.refund_id) if note.refund_id else None
    # what did not go back after all is kept
    failed_minor = note.refunded_minor if refund and refund.status in WITHOUT_EFFECT else 0
    return CreditNoteFacts(
        number=note.number,
        currency=note.currency,
        issued_on=note.issued_at.date(),
        invoice_number=invoice.number,
        invoice_issued_on=invoice.issued_at.date(),
        reason=REASONS[note.reason],
        seller=letterhead.seller,
        buyer=buyer_facts(note.buyer),
        lines=tuple(CreditedLineFacts(line.description, line.net_minor) for line in lines),
        taxes=taxes_of(lines),
        subtotal_minor=note.subtotal_minor,
        tax_minor=note.tax_minor,
        total_minor=note.total_minor,
        refunded_minor=note.refunded_minor - failed_minor,
        refunded_to=paid_with(session, refund, letterhead) if refund and not failed_minor else None,
        kept_minor=note.kept_minor + failed_minor,
        unpaid_minor=note.unpaid_minor,
        note=note.note,
    )


def paid_with(session: Session, refund: Refund, letterhead: Letterhead) -> PaymentFacts:
    """The payment that goes back, as the customer knows it."""
    receipt = session.get_one(Receipt, refund.receipt_id)
    return payment_facts(receipt, refund.amount_minor, letterhead)
