"""Leave the console: in this browser, or wherever one is in it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.callers.tables import StaffSession


def leave_console(session: Session, staff_id: UUID, session_id: UUID | None = None) -> Sequence[UUID]:
    """End this session of somebody's, or all of them; which ones ended by that."""
    ended = update(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
    if session_id is not None:
        ended = ended.where(StaffSession.id == session_id)
    answer = ended.values(ended_at=func.now()).returning(StaffSession.id)
    return session.scalars(answer, execution_options={"synchronize_session": False}).all()
