"""Return the credits that lost disputes had taken back, once their invoices are paid after all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from billing.credits.freeze import freeze_grant
from billing.credits.grant import Grant
from billing.credits.queries import lock_by_cause
from billing.credits.repay import repay_out_of
from billing.credits.tables import CreditGrant, CreditMovement, CreditTransaction
from billing.credits.watch import arm_watches
from database.ids import uuid7


def return_credits(session: Session, account_id: UUID, due: Sequence[Grant], cause: str, now: datetime) -> set[str]:
    """Put back into each grant what disputes have taken out of it and was not returned yet; the grants there are.

    They last, and are frozen or not, as `due` says, and pay what the account owes; `cause` makes the return unique.
    """
    session.flush()
    by_cause = {each.cause: each for each in due}
    grants = lock_by_cause(session, by_cause)
    for grant in grants:
        amount = _owed(session, grant)
        if amount > 0:
            grant.remaining += amount
            _last(grant, by_cause[grant.cause], now)
            session.add(_movement(grant, amount, cause))
    repay_out_of(session, account_id, [each for each in grants if each.expires_at is None or each.expires_at > now])
    session.flush()
    arm_watches(session, [account_id], now)
    return {grant.cause for grant in grants}


def _last(grant: CreditGrant, due: Grant, now: datetime) -> None:
    if grant.held_for is None and grant.expires_at is not None and due.expires_at is not None:
        grant.expires_at = max(grant.expires_at, due.expires_at)
    if due.is_frozen:
        freeze_grant(grant, now)


def _owed(session: Session, grant: CreditGrant) -> int:
    """Both movements of the kind, so that a second dispute is returned by a second payment."""
    taken = CreditTransaction.cause.startswith("dispute/", autoescape=True)
    owed = select(-func.sum(CreditTransaction.amount)).where(
        CreditTransaction.grant_id == grant.id, or_(taken, CreditTransaction.movement == CreditMovement.RETURN)
    )
    return int(session.scalar(owed) or 0)


def _movement(grant: CreditGrant, amount: int, cause: str) -> CreditTransaction:
    return CreditTransaction(
        id=uuid7(),
        account_id=grant.account_id,
        grant_id=grant.id,
        movement=CreditMovement.RETURN,
        amount=amount,
        cause=cause,
    )
