"""What an invoice and those that belong to it have sold, and nothing has taken back since."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from billing.invoices.tables import OWED, Invoice, InvoiceLine, InvoiceStatus, LineKind


@dataclass(frozen=True, slots=True)
class Sold:
    """With tax, in minor units: what was billed and paid, less what plan changes gave back; and what is left of it.

    Of that `contested_minor` is what disputes claim.
    """

    billed_minor: int
    left_minor: int
    contested_minor: int = 0

    @property
    def creditable_minor(self) -> int:
        """What of what is left no dispute claims; never below zero."""
        return max(self.left_minor - self.contested_minor, 0)


def sold_with(session: Session, invoice: Invoice) -> Sold:
    """Of the invoice's subscription in all; of a purchase, of itself.

    A change of plan gives back what an earlier invoice was paid for, and no credit note says so. That is why no more is
    credited, contested or charged back than this, whatever is left of the one invoice.
    """
    is_alone = invoice.subscription_id is None
    return _sold(session, Invoice.id == invoice.id if is_alone else Invoice.subscription_id == invoice.subscription_id)


def sold_for(session: Session, subscription_id: UUID, period_end: datetime) -> Sold:
    """Of the invoices that were for a subscription's period, or the rest of it."""
    of_period = select(InvoiceLine.invoice_id).where(
        InvoiceLine.period_end == period_end, InvoiceLine.kind == LineKind.CHARGE
    )
    return _sold(session, (Invoice.subscription_id == subscription_id) & Invoice.id.in_(of_period))


def _sold(session: Session, which: ColumnElement[bool]) -> Sold:
    """Of those among some invoices of one currency that were settled; of one charged back, what pays it still."""
    is_charged_back = and_(Invoice.status.in_(OWED), Invoice.charged_back_minor > 0)
    settled = (which, or_(Invoice.status == InvoiceStatus.PAID, is_charged_back))
    columns = (Invoice.allocated_minor, Invoice.credited_minor, Invoice.contested_minor)
    sums = select(*(func.coalesce(func.sum(column), 0) for column in columns)).where(*settled)
    given_back = select(func.sum(InvoiceLine.net_minor + InvoiceLine.tax_minor)).join(Invoice)
    kept = int(session.scalar(given_back.where(*settled, InvoiceLine.kind == LineKind.KEPT)) or 0)
    paid, credited, contested = (int(minor) for minor in session.execute(sums).one())
    return Sold(paid - kept, paid - kept - credited, contested)
