"""Consume credits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.credits.rules import spread
from billing.credits.tables import CreditGrant, CreditMovement, CreditTransaction
from billing.errors import Rejected
from database.ids import uuid7


def consume_credits(
    session: Session, account_id: UUID, amount: int, cause: str, description: str, now: datetime
) -> int:
    """Take credits, the soonest to expire first, and return the balance that is left. All or nothing.

    A repeat of the same cause takes nothing more. Raises Rejected `insufficient_credits` or `account_not_found`.
    """
    get_account(session, account_id)
    grants = _locked_grants(session, account_id, now)
    balance = sum(grant.remaining for grant in grants)
    if _already_consumed(session, account_id, cause):
        return balance
    if balance < amount:
        raise Rejected("insufficient_credits", f"The account has {balance} credits, {amount} are needed.", status=409)
    for grant, taken in zip(grants, spread(amount, [grant.remaining for grant in grants]), strict=True):
        if taken:
            grant.remaining -= taken
            session.add(_movement(grant, taken, cause, description))
    return balance - amount


def _locked_grants(session: Session, account_id: UUID, now: datetime) -> list[CreditGrant]:
    """Usable grants in the order of use. Every consumer locks in this same order, so two of them cannot deadlock."""
    usable = select(CreditGrant).where(
        CreditGrant.account_id == account_id,
        CreditGrant.remaining > 0,
        or_(CreditGrant.expires_at.is_(None), CreditGrant.expires_at > now),
    )
    in_order = usable.order_by(CreditGrant.expires_at.asc().nulls_last(), CreditGrant.id).with_for_update()
    return list(session.scalars(in_order.execution_options(populate_existing=True)))


def _already_consumed(session: Session, account_id: UUID, cause: str) -> bool:
    found = select(CreditTransaction.id).where(
        CreditTransaction.account_id == account_id, CreditTransaction.cause == cause
    )
    return session.scalar(found.limit(1)) is not None


def _movement(grant: CreditGrant, taken: int, cause: str, description: str) -> CreditTransaction:
    return CreditTransaction(
        id=uuid7(),
        account_id=grant.account_id,
        grant_id=grant.id,
        movement=CreditMovement.CONSUME,
        amount=-taken,
        cause=cause,
        description=description,
    )
