"""Draft an invoice."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from billing.invoices.rules import LineDraft, add_up
from billing.invoices.tables import Invoice, InvoiceLine, InvoiceReason, InvoiceStatus
from database.ids import uuid7


def draft_invoice(
    session: Session,
    account_id: UUID,
    cause: str,
    lines: Sequence[LineDraft],
    tax: tuple[str, int],
    *,
    reason: InvoiceReason = InvoiceReason.PURCHASE,
    subscription_id: UUID | None = None,
) -> Invoice:
    """Write a draft with its lines. It has no number yet: a checkout that nobody pays must not leave a gap.

    `tax` is (name, parts per million), of every line that has no rate of its own. The database refuses a second invoice
    for the same cause (IntegrityError).
    """
    totals = add_up(lines, tax[1])
    invoice = Invoice(
        id=uuid7(),
        account_id=account_id,
        cause=cause,
        subscription_id=subscription_id,
        reason=reason,
        status=InvoiceStatus.DRAFT,
        currency=totals.total.currency,
        subtotal_minor=totals.subtotal.minor,
        tax_minor=totals.tax.minor,
        total_minor=totals.total.minor,
        balance_used_minor=0,
    )
    session.add(invoice)
    session.flush()  # the lines' foreign key needs the invoice first; there is no ORM relationship to order them
    for position, line in enumerate(lines):
        session.add(_line(invoice.id, position, line, tax))
    session.flush()
    return invoice


def _line(invoice_id: UUID, position: int, line: LineDraft, tax: tuple[str, int]) -> InvoiceLine:
    tax_name, rate_ppm = line.rate or tax
    return InvoiceLine(
        id=uuid7(),
        invoice_id=invoice_id,
        position=position,
        description=line.description,
        quantity=line.quantity,
        unit_minor=line.unit.minor,
        net_minor=line.net.minor,
        tax_name=tax_name,
        tax_rate_ppm=rate_ppm,
        tax_minor=line.tax(rate_ppm).minor,
        credits=line.credits,
        credits_expire_at=line.credits_expire_at,
        kind=line.kind,
        period_start=line.period.start if line.period else None,
        period_end=line.period.end if line.period else None,
    )
