"""Stage the e-mail that an invoice calls for: one to pay it, or the receipt that it was paid."""

from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from database.outbox import FollowUp, stage

CONFIRMATION, ACTIVATED = "payment_confirmation", "subscription_activated"
RECEIPTS = {
    InvoiceReason.PURCHASE: CONFIRMATION,
    InvoiceReason.TOP_UP: CONFIRMATION,
    InvoiceReason.CHANGE: CONFIRMATION,
    InvoiceReason.RENEWAL: "subscription_renewal",
    InvoiceReason.START: ACTIVATED,
}
CREATED, INSTRUCTIONS = "invoice_created", "manual_payment_instructions"
# their cause is the topic and the invoice
MAILS_OF_INVOICES = frozenset({CREATED, INSTRUCTIONS, *RECEIPTS.values()})


def receipt_mail(invoice: Invoice) -> FollowUp:
    """One mail, once per invoice and kind: how it is to be paid, or, afterwards, its receipt.

    A package that is billed and not paid was ordered to be paid past every gateway.
    """
    is_order = invoice.reason is InvoiceReason.PURCHASE and invoice.subscription_id is None
    asks = INSTRUCTIONS if is_order else CREATED
    topic = RECEIPTS[invoice.reason] if invoice.status is InvoiceStatus.PAID else asks
    about = invoice.subscription_id if topic == ACTIVATED else None
    return FollowUp(topic, about or invoice.id, f"{topic}/{invoice.id}")


def stage_receipt(session: Session, invoice: Invoice) -> None:
    """Stage that mail."""
    mail = receipt_mail(invoice)
    stage(session, mail.topic, mail.subject_id, mail.cause)
