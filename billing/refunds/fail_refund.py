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


def fail_refund(session: Session, refund: Refund, missing_minor: int, now: datetime) -> Receipt | None:
    """Keep for the customer what was taken out of the books for a refund that gives nothing back after all.

    `missing_minor` is what was missing of the payment as long as the refund stood, because a dispute has taken the same
    money: that is not kept. Credit notes stay: the invoice was corrected, only the
    money has not gone. What was unexplained is so no more. Returns what is kept, if anything is.
    """
    explained_minor = refund.amount_minor - refund.unexplained_minor
    refund.disputed_minor = min(explained_minor, missing_minor)
    post(session, [_met(refund)], now)
    kept = Money(explained_minor - refund.disputed_minor, refund.currency)
    if not kept.minor:
        return None
    return _keep(session, refund, kept, Side(LedgerAccount.REFUNDS_PAYABLE, kept), failed_cause(refund.id), now)


def release_disputed(session: Session, refund: Refund, disputed_minor: int, now: datetime) -> None:
    """Keep for the customer what a dispute had taken of a failed refund, and has given back by now.

    `disputed_minor` is what disputes still have of the payment.
    """
    released = Money(refund.disputed_minor - min(refund.disputed_minor, disputed_minor), refund.currency)
    if released.minor:
        refund.disputed_minor -= released.minor
        against = Side(LedgerAccount.UNEXPLAINED_REVERSALS, released)
        _keep(session, refund, released, against, released_cause(refund.id), now)


def failed_cause(refund_id: UUID) -> str:
    """The cause of the receipt by which the money of a failed refund is kept."""
    return f"refund_failed/{refund_id}"


def released_cause(refund_id: UUID) -> str:
    """The same for what of it a dispute had taken, and was won."""
    return f"{failed_cause(refund_id)}/won"


def _met(refund: Refund) -> Movement:
    """What nobody can explain, or only a dispute, meets what has left without an explanation."""
    met = Money(refund.unexplained_minor + refund.disputed_minor, refund.currency)
    sides = (Side(LedgerAccount.REFUNDS_PAYABLE, met), Side(LedgerAccount.UNEXPLAINED_REVERSALS, -met))
    cause = f"{failed_cause(refund.id)}/unexplained"
    return Movement(LedgerReason.REFUND_FAILED, cause, refund.account_id, sides)


def _keep(session: Session, refund: Refund, kept: Money, against: Side, cause: str, now: datetime) -> Receipt:
    received = Received(
        account_id=refund.account_id,
        source=ReceiptSource.GIVEN_BACK,
        reason=LedgerReason.REFUND_FAILED,
        cause=cause,
        amount=kept,
        debits=(against,),
        received_at=now,
    )
    booked = receive(received, None, remark=ReceiptRemark.REFUND_FAILED)
    post(session, [booked.movement], now)
    write_receipts(session, [booked])
    return session.get_one(Receipt, booked.receipt["id"])
