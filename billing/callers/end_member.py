"""End one of the company's own people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.callers.queries import lock_member
from database.staff import StaffMember


def end_member(session: Session, member_id: UUID, now: datetime) -> StaffMember:
    """Nobody from now on, by none of their keys; who has ended already stays so. Raises Rejected `staff_not_found`."""
    member = lock_member(session, member_id)
    member.ended_at = member.ended_at or now
    return member
