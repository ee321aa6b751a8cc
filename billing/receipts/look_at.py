"""A person has looked at money that calls one."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.receipts.tables import Receipt


def look_at(session: Session, receipt_id: UUID) -> bool:
    """It calls nobody any more; the money stays where it is. False when somebody has looked already."""
    seen = update(Receipt).where(Receipt.id == receipt_id, Receipt.looked_at.is_(None)).values(looked_at=func.now())
    return session.execute(seen.returning(Receipt.id)).one_or_none() is not None
