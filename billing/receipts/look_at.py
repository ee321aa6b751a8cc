"""A person has looked at money that fits nothing that was open."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from billing.receipts.queries import NEEDS_A_LOOK
from billing.receipts.tables import Receipt


def look_at(session: Session, receipt_id: UUID) -> bool:
    """It calls nobody any more; the money stays where it is. False when it called nobody."""
    seen = update(Receipt).where(Receipt.id == receipt_id, *NEEDS_A_LOOK).values(looked_at=func.now())
    return session.execute(seen.returning(Receipt.id)).one_or_none() is not None


def list_unseen(session: Session, limit: int) -> Sequence[Receipt]:
    """The oldest of those that wait for a person."""
    return session.scalars(select(Receipt).where(*NEEDS_A_LOOK).order_by(Receipt.id).limit(limit)).all()
