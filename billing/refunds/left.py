"""What of the money that came is still here."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.tables import WITHOUT_EFFECT, Refund


def left_to_refund(session: Session, receipt: Receipt) -> int:
    """What of a payment can still go back, in its minor units: less what went back, or is going.

    While a dispute has taken of it, nothing can: a gateway refunds no part of such a charge, see `charge_disputed` in
    https://docs.stripe.com/error-codes.
    """
    return 0 if disputed_minor(session, receipt) else receipt.amount_minor - refunded_minor(session, receipt.id)


def refunded_minor(session: Session, receipt_id: UUID) -> int:
    """What of a payment went back, or is going, in its minor units."""
    standing = select(func.sum(Refund.amount_minor)).where(
        Refund.receipt_id == receipt_id, Refund.status.not_in(WITHOUT_EFFECT)
    )
    return int(session.scalar(standing) or 0)


def disputed_minor(session: Session, receipt: Receipt) -> int:
    """What disputes have taken of a payment and has not come back, in its minor units."""
    taken = select(-func.sum(Receipt.amount_minor)).where(
        Receipt.reverses_id == receipt.id, Receipt.source == ReceiptSource.DISPUTE, Receipt.currency == receipt.currency
    )
    return int(session.scalar(taken) or 0)
