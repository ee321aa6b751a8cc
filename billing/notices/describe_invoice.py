"""Describe an issued invoice as the facts a document is made of."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.rules import country_name
from billing.errors import Rejected
from billing.invoices.queries import get_invoice, list_lines
from billing.invoices.tables import Invoice, InvoiceLine, InvoiceReason, InvoiceStatus
from billing.manual_payments.queries import method_of
from billing.manual_payments.reference import printed_reference
from billing.notices.describe_payments import describe_payments
from billing.notices.letterhead import Letterhead
from billing.notices.taxes import taxes_of
from billing.notices.where_to_pay import where_to_pay
from billing.payment_methods.tables import ManualMethod
from billing.subscriptions.tables import PayBy, Subscription
from schemas.documents import InvoiceFacts, LineFacts, PartyFacts

ANY_WAY = "any"


def describe_invoice(session: Session, invoice_id: UUID, letterhead: Letterhead) -> InvoiceFacts:
    """The invoice in printable facts. Raises Rejected `invoice_not_found` or, for a draft, `invoice_state`."""
    invoice = get_invoice(session, invoice_id)
    if invoice.number is None or invoice.issued_at is None or invoice.buyer is None:
        raise Rejected("invoice_state", "A draft has no document.", status=409)
    lines = list_lines(session, invoice_id)
    promised = sum(line.credits for line in lines)
    is_paid = invoice.status is InvoiceStatus.PAID
    method = method_of(session, invoice.id)
    where = where_to_pay(session, invoice, method or ManualMethod.BANK_TRANSFER, letterhead)
    return InvoiceFacts(
        number=invoice.number,
        status=invoice.status,
        currency=invoice.currency,
        issued_on=invoice.issued_at.date(),
        due_on=(invoice.due_at or invoice.issued_at).date(),
        paid_on=invoice.paid_at.date() if invoice.paid_at else None,
        seller=letterhead.seller,
        buyer=buyer_facts(invoice.buyer),
        lines=tuple(_line(line) for line in lines),
        taxes=taxes_of(lines),
        subtotal_minor=invoice.subtotal_minor,
        tax_minor=invoice.tax_minor,
        total_minor=invoice.total_minor,
        kept_minor=invoice.balance_used_minor,
        carried_over_minor=invoice.carried_over_minor,
        payments=describe_payments(session, invoice, letterhead),
        pays_by=_pays_by(session, invoice, method),
        payment_instructions=where.instructions,
        payment_reference=printed_reference(invoice.number),
        bank=where.bank,
        credits_granted=promised if is_paid else 0,
        credits_to_come=0 if is_paid else promised,
        is_top_up=invoice.reason is InvoiceReason.TOP_UP,
    )


def _line(line: InvoiceLine) -> LineFacts:
    start, end = line.period_start, line.period_end
    # half-open: what ends at midnight does not serve on the day that begins then
    last_day = (end - timedelta(microseconds=1)).date() if end else None
    first_day = start.date() if start else None
    return LineFacts(line.description, line.quantity, line.unit_minor, line.net_minor, first_day, last_day)


def _pays_by(session: Session, invoice: Invoice, method: ManualMethod | None) -> str:
    """By card unless its subscription is paid by transfer, or the customer has chosen to pay it past every gateway.

    What a person has billed is charged to nothing: it is paid in whichever way the customer likes.
    """
    if method is not None:
        return "wallet" if method is ManualMethod.LOCAL_WALLET else PayBy.TRANSFER.value
    if invoice.reason is InvoiceReason.MANUAL:
        return ANY_WAY
    subscription = session.get(Subscription, invoice.subscription_id) if invoice.subscription_id else None
    return (subscription.pay_by if subscription else PayBy.CARD).value


def buyer_facts(buyer: Mapping[str, Any]) -> PartyFacts:
    """The buyer as of the day of issue, as printed."""
    town = " ".join(part for part in (buyer["postal_code"], buyer["city"], buyer["region"]) if part)
    lines = (buyer["line1"], buyer["line2"], town, country_name(buyer["country"]))
    return PartyFacts(
        name=buyer["name"],
        address_lines=tuple(line for line in lines if line),
        tax_id=buyer["tax_id"],
        email=buyer["billing_email"],
    )
