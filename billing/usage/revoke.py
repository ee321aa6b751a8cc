"""Revoke credits of a subscription that were granted for time it will not have."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.credits.queries import is_unspent, lock_unspent
from billing.credits.rules import spread
from billing.credits.tables import CreditGrant, CreditMovement, CreditSource, CreditTransaction
from billing.credits.take import take
from billing.errors import Rejected
from billing.usage.claw_back import usable_of
from billing.usage.fall import find_thresholds, follow_fall


def revoke_credits(
    session: Session,
    account_id: UUID,
    subscription_id: UUID,
    amount: int,
    cause: str,
    now: datetime,
    *,
    as_far_as_possible: bool = False,
) -> int:
    """Take back unspent credits of a subscription's grants, the latest granted first, and return how many.

    Raises Rejected `credits_already_used` when fewer are left; with `as_far_as_possible` it takes those instead.
    Credits of packages and of other subscriptions are never touched. A repeat of the same cause takes nothing more and
    returns what the first one took. Raises Rejected `account_not_found`.
    """
    thresholds = find_thresholds(session, account_id, now)
    unspent = lock_unspent(session, account_id, now)
    already = _already_revoked(session, account_id, cause)
    if already:
        return already
    grants = _latest_first(unspent, subscription_id)
    if not as_far_as_possible:
        _check_left(sum(grant.remaining for grant in grants), amount)
    before = usable_of(unspent)
    shares = spread(amount, [grant.remaining for grant in grants])
    for grant, share in zip(grants, shares, strict=True):
        take(session, grant, share, CreditMovement.REVOKE, cause, "")
    follow_fall(session, account_id, thresholds, before, usable_of(unspent), now)
    return sum(shares)


def check_revocable(session: Session, account_id: UUID, subscription_id: UUID, amount: int, now: datetime) -> None:
    """Ask without locks what `revoke_credits` will decide. Raises Rejected `credits_already_used` as it does."""
    unspent = select(func.coalesce(func.sum(CreditGrant.remaining), 0)).where(
        CreditGrant.account_id == account_id,
        CreditGrant.subscription_id == subscription_id,
        CreditGrant.source == CreditSource.PLAN,
        is_unspent(now),
    )
    _check_left(int(session.scalar(unspent) or 0), amount)


def _check_left(left: int, amount: int) -> None:
    if left < amount:
        detail = f"{amount} credits would be taken back, only {left} are unspent."
        raise Rejected("credits_already_used", detail, status=409)


def _latest_first(unspent: list[CreditGrant], subscription_id: UUID) -> list[CreditGrant]:
    ours = [
        grant for grant in unspent if grant.source is CreditSource.PLAN and grant.subscription_id == subscription_id
    ]
    return sorted(ours, key=lambda grant: (grant.granted_at, grant.id), reverse=True)


def _already_revoked(session: Session, account_id: UUID, cause: str) -> int:
    taken = select(-func.sum(CreditTransaction.amount)).where(
        CreditTransaction.account_id == account_id, CreditTransaction.cause == cause
    )
    return int(session.scalar(taken) or 0)
