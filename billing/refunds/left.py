"""What of the money that came is still here."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.tables import WITHOUT_EFFECT, Refund


def left_to_refund(session: Session, receipt: Receipt) -> int:
    """What of a payment can still go back, in its minor units: less what went back, is going, or is disputed."""
    return receipt.amount_minor - refunded_minor(session, receipt.id) - disputed_minor(session, receipt)


def refunded_minor(session: Session, receipt_id: UUID) -> int:
    """What of a payment went back, or is going, in its minor units."""
    return _sum_of_refunds(session, receipt_id, Refund.amount_minor)


def missing_minor(session: Session, receipt: Receipt) -> int:
    """By how much disputes and what was taken out of the books for refunds are more than a payment was.

    What a gateway gave back by itself, and nothing explains, was taken out of nothing.
    """
    unexplained = _sum_of_refunds(session, receipt.id, Refund.unexplained_minor)
    return max(-left_to_refund(session, receipt) - unexplained, 0)


def disputed_minor(session: Session, receipt: Receipt) -> int:
    """What disputes have taken of a payment, and not given back."""
    taken = select(-func.sum(Receipt.amount_minor)).where(
        Receipt.reverses_id == receipt.id, Receipt.source == ReceiptSource.DISPUTE, Receipt.currency == receipt.currency
    )
    return int(session.scalar(taken) or 0)


def disputed_payments() -> Select[UUID | None]:
    """Those of which a dispute has taken something, in a query."""
    of_disputes = select(Receipt.reverses_id).where(Receipt.source == ReceiptSource.DISPUTE)
    return of_disputes.group_by(Receipt.reverses_id).having(func.sum(Receipt.amount_minor) < 0)


def _sum_of_refunds(session: Session, receipt_id: UUID, minor: InstrumentedAttribute[int]) -> int:
    standing = select(func.sum(minor)).where(Refund.receipt_id == receipt_id, Refund.status.not_in(WITHOUT_EFFECT))
    return int(session.scalar(standing) or 0)
