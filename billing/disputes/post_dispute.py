"""Post what a dispute has taken out of the books, or has returned to them."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.disputes.tables import Dispute
from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.tables import Allocation


def post_dispute(
    session: Session, dispute: Dispute, reason: LedgerReason, kept_minor: int, owed_minor: int, now: datetime
) -> None:
    """So much of kept money is gone by it, and so much is owed again; below zero, it is back.

    The caller has written the allocations: how many there are makes the movement unique.
    """
    sides = (
        Side(LedgerAccount.CUSTOMER_BALANCE, Money(kept_minor, dispute.currency)),
        Side(LedgerAccount.RECEIVABLE, Money(owed_minor, dispute.currency)),
        Side(LedgerAccount.DISPUTED, Money(-kept_minor - owed_minor, dispute.currency)),
    )
    written = session.scalar(select(func.count()).where(Allocation.dispute_id == dispute.id))
    cause = f"{reason}/{dispute.id}/{written}"
    post(session, [Movement(reason, cause, dispute.account_id, sides)], now)
