"""Describe an issued invoice as the facts a document is made of."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.rules import country_name
from billing.errors import Rejected
from billing.invoices.queries import get_invoice, list_lines
from billing.invoices.tables import Invoice, InvoiceLine
from billing.notices.letterhead import Letterhead
from billing.receipts.tables import Allocation, Receipt, ReceiptSource
from schemas.documents import InvoiceFacts, LineFacts, PartyFacts, TaxFacts


def describe_invoice(session: Session, invoice_id: UUID, letterhead: Letterhead) -> InvoiceFacts:
    """The invoice in printable facts. Raises Rejected `invoice_not_found` or, for a draft, `invoice_state`."""
    invoice = get_invoice(session, invoice_id)
    if invoice.number is None or invoice.issued_at is None or invoice.buyer is None:
        raise Rejected("invoice_state", "A draft has no document.", status=409)
    lines = list_lines(session, invoice_id)
    gateway, reference = _payment(session, invoice_id)
    return InvoiceFacts(
        number=invoice.number,
        status=invoice.status,
        currency=invoice.currency,
        issued_on=invoice.issued_at.date(),
        due_on=(invoice.due_at or invoice.issued_at).date(),
        paid_on=invoice.paid_at.date() if invoice.paid_at else None,
        seller=letterhead.seller,
        buyer=_buyer(invoice),
        lines=tuple(LineFacts(line.description, line.quantity, line.unit_minor, line.net_minor) for line in lines),
        taxes=_taxes(lines),
        subtotal_minor=invoice.subtotal_minor,
        tax_minor=invoice.tax_minor,
        total_minor=invoice.total_minor,
        payment_method=letterhead.method_names.get(gateway, gateway),
        payment_reference=reference,
        payment_instructions=letterhead.payment_instructions,
        credits_granted=sum(line.credits for line in lines),
    )


def _buyer(invoice: Invoice) -> PartyFacts:
    buyer = invoice.buyer or {}
    town = " ".join(part for part in (buyer["postal_code"], buyer["city"], buyer["region"]) if part)
    lines = (buyer["line1"], buyer["line2"], town, country_name(buyer["country"]))
    return PartyFacts(
        name=buyer["name"],
        address_lines=tuple(line for line in lines if line),
        tax_id=buyer["tax_id"],
        email=buyer["billing_email"],
    )


def _taxes(lines: Sequence[InvoiceLine]) -> tuple[TaxFacts, ...]:
    """Lines summed per rate; rates of zero are not printed."""
    sums: dict[tuple[str, int], tuple[int, int]] = {}
    for line in lines:
        if line.tax_rate_ppm:
            key = (line.tax_name, line.tax_rate_ppm)
            net, tax = sums.get(key, (0, 0))
            sums[key] = (net + line.net_minor, tax + line.tax_minor)
    return tuple(TaxFacts(name, rate, net, tax) for (name, rate), (net, tax) in sorted(sums.items()))


def _payment(session: Session, invoice_id: UUID) -> tuple[str, str]:
    """(gateway, reference) of the payment that settled the invoice; empty where kept money did, or nothing has."""
    paid = select(Receipt.gateway, Receipt.reference).join(Allocation, Allocation.receipt_id == Receipt.id)
    captured = paid.where(Allocation.invoice_id == invoice_id, Receipt.source == ReceiptSource.CAPTURE)
    # what was kept of an earlier payment came first
    row = session.execute(captured.order_by(Allocation.id.desc()).limit(1)).one_or_none()
    return (row.gateway, row.reference) if row else ("", "")
