"""Use up the links into the console that somebody has and has not opened: none of them opens anything any more."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.callers.tables import StaffLink


def use_up_links(session: Session, staff_id: UUID) -> None:
    """All of theirs."""
    unused = StaffLink.staff_id == staff_id, StaffLink.used_at.is_(None)
    session.execute(update(StaffLink).where(*unused).values(used_at=func.now()))
