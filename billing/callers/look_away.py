"""One of the company's own people looks at no account's pages any more."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.callers.tables import AccountLook


def look_away(session: Session, staff_id: UUID) -> None:
    """End whatever look they have."""
    own = AccountLook.staff_id == staff_id, AccountLook.ended_at.is_(None), AccountLook.ends_at > func.now()
    session.execute(update(AccountLook).where(*own).values(ended_at=func.now()))
