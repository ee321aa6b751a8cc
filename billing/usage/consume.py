"""Consume credits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.credits.queries import lock_usable
from billing.credits.repay import repay_out_of
from billing.credits.rules import spread
from billing.credits.tables import CreditMovement, CreditTransaction
from billing.credits.take import take
from billing.errors import Rejected
from billing.usage.fall import find_thresholds, follow_fall


def consume_credits(
    session: Session, account_id: UUID, amount: int, cause: str, description: str, now: datetime
) -> int:
    """Take credits, the soonest to expire first, and return the balance that is left. All or nothing.

    A repeat of the same cause takes nothing more. A balance that falls low is warned of and topped up in the same
    transaction, as the account wishes. Raises Rejected `insufficient_credits` or `account_not_found`.
    """
    thresholds = find_thresholds(session, account_id, now)
    grants = lock_usable(session, account_id, now)
    if thresholds.is_owing:
        # granted in the very moment in which they became owed, neither saw the other
        repay_out_of(session, account_id, grants)
    balance = sum(grant.remaining for grant in grants)
    if _already_consumed(session, account_id, cause):
        return balance
    if balance < amount:
        raise Rejected("insufficient_credits", f"The account has {balance} credits, {amount} are needed.", status=409)
    for grant, taken in zip(grants, spread(amount, [grant.remaining for grant in grants]), strict=True):
        take(session, grant, taken, CreditMovement.CONSUME, cause, description)
    follow_fall(session, account_id, thresholds, balance, balance - amount, now)
    return balance - amount


def _already_consumed(session: Session, account_id: UUID, cause: str) -> bool:
    found = select(CreditTransaction.id).where(
        CreditTransaction.account_id == account_id, CreditTransaction.cause == cause
    )
    return session.scalar(found.limit(1)) is not None
