"""Stage the e-mail that an invoice calls for: one to pay it, or the receipt that it was paid."""

from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from database.outbox import FollowUp, stage

CONFIRMATION, ACTIVATED = "payment_confirmation", "subscription_activated"
RECEIPTS = {
    InvoiceReason.PURCHASE: CONFIRMATION,
    InvoiceReason.TOP_UP: CONFIRMATION,
    InvoiceReason.CHANGE: CONFIRMATION,
    InvoiceReason.MANUAL: CONFIRMATION,
    InvoiceReason.RENEWAL: "subscription_renewal",
    InvoiceReason.START: ACTIVATED,
}
CREATED, SENT, INSTRUCTIONS = "invoice_created", "invoice_sent", "manual_payment_instructions"
# the second part of their cause is the invoice
MAILS_OF_INVOICES = frozenset({CREATED, SENT, INSTRUCTIONS, *RECEIPTS.values()})
# how the cause of a paper ends that is rendered and not mailed
UNSENT = "/unsent"


def receipt_mail(invoice: Invoice) -> FollowUp:
    """One mail, once per settlement and kind: how it is to be paid, or, afterwards, its receipt.

    A package that is billed and not paid was ordered to be paid past every gateway; what a person bills is paid in
    whichever way the customer likes. What was charged back and is paid
    after all begins nothing anew: its receipt says that it was paid, and no more.
    """
    asks = INSTRUCTIONS if invoice.is_order else SENT if invoice.reason is InvoiceReason.MANUAL else CREATED
    topic = _receipt_of(invoice) if invoice.status is InvoiceStatus.PAID else asks
    about = invoice.subscription_id if topic == ACTIVATED else None
    return FollowUp(topic, about or invoice.id, settlement_cause(topic, invoice))


def settlement_cause(topic: str, invoice: Invoice) -> str:
    """What makes a follow-up unique that comes whenever an invoice is paid: the first time, and after a charge-back."""
    first = f"{topic}/{invoice.id}"
    return f"{first}/{invoice.charged_back_minor}" if invoice.charged_back_minor else first


def _receipt_of(invoice: Invoice) -> str:
    return CONFIRMATION if invoice.charged_back_minor else RECEIPTS[invoice.reason]


def stage_receipt(session: Session, invoice: Invoice) -> None:
    """Stage that mail."""
    mail = receipt_mail(invoice)
    stage(session, mail.topic, mail.subject_id, mail.cause)
