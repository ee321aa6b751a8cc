"""Reads of credits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from billing.credits.tables import CreditGrant
from schemas.views import BalanceView


def view_balance(session: Session, account_id: UUID, now: datetime) -> BalanceView:
    """What the account can use at `now`, and the next expiry among it."""
    usable = select(func.coalesce(func.sum(CreditGrant.remaining), 0), func.min(CreditGrant.expires_at)).where(
        CreditGrant.account_id == account_id,
        CreditGrant.remaining > 0,
        or_(CreditGrant.expires_at.is_(None), CreditGrant.expires_at > now),
    )
    balance, next_expiry_at = session.execute(usable).one()
    return BalanceView(account_id=account_id, balance=int(balance), next_expiry_at=next_expiry_at)
