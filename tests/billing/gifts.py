"""Credits by hand, for tests of what happens to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.credits.grant import Grant, grant_all
from billing.credits.tables import CreditGrant, CreditSource


def grant_credits(
    session: Session,
    account_id: UUID,
    source: CreditSource,
    cause: str,
    amount: int,
    expires_at: datetime | None,
    now: datetime,
    *,
    subscription_id: UUID | None = None,
) -> UUID:
    """Grant credits and return the grant's id."""
    grant_all(session, [Grant(account_id, source, cause, amount, expires_at, now, subscription_id)])
    return session.scalars(select(CreditGrant.id).where(CreditGrant.cause == cause)).one()
