"""A refund failed: what was to go back is kept for the customer, and a person is called."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.receive import Received, receive
from billing.receipts.tables import Receipt, ReceiptRemark, ReceiptSource
from billing.receipts.write import write_receipts
from billing.refunds.tables import Refund


def fail_refund(session: Session, refund: Refund, now: datetime) -> Receipt | None:
    """Keep for the customer what was taken out of the books for a refund that gives nothing back after all.

    Its credit notes stay: the invoice was corrected, only the money has not gone. What was unexplained is so no more.
    What a dispute of the payment has taken meets it next, see `follow_disputes`. Returns what is kept, if anything is.
    """
    post(session, [_met(refund)], now)
    kept = Money(refund.amount_minor - refund.unexplained_minor, refund.currency)
    return _keep(session, refund, kept, now) if kept.minor else None


def failed_cause(refund_id: UUID) -> str:
    """The cause of the receipt by which the money of a failed refund is kept."""
    return f"refund_failed/{refund_id}"


def _met(refund: Refund) -> Movement:
    """What nobody could explain has not left after all."""
    met = Money(refund.unexplained_minor, refund.currency)
    sides = (Side(LedgerAccount.REFUNDS_PAYABLE, met), Side(LedgerAccount.UNEXPLAINED_REVERSALS, -met))
    cause = f"{failed_cause(refund.id)}/unexplained"
    return Movement(LedgerReason.REFUND_FAILED, cause, refund.account_id, sides)


def _keep(session: Session, refund: Refund, kept: Money, now: datetime) -> Receipt:
    booked = receive(_kept(refund, kept, now), None, remark=ReceiptRemark.REFUND_FAILED)
    post(session, [booked.movement], now)
    write_receipts(session, [booked])
    return session.get_one(Receipt, booked.receipt["id"])


def _kept(refund: Refund, owed: Money, now: datetime) -> Received:
    return Received(
        account_id=refund.account_id,
        source=ReceiptSource.GIVEN_BACK,
        reason=LedgerReason.REFUND_FAILED,
        cause=failed_cause(refund.id),
        amount=owed,
        debits=(Side(LedgerAccount.REFUNDS_PAYABLE, owed),),
        received_at=now,
    )
