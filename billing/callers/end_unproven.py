"""End somebody's sessions in the console that have shown no code.

As long as an authenticator has still to learn its secret, whoever came by another link would be shown the same.
"""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.callers.tables import StaffSession


def end_unproven(session: Session, staff_id: UUID, but: UUID) -> None:
    """All of theirs `but` the one that begins now."""
    others = StaffSession.staff_id == staff_id, StaffSession.id != but
    is_open = StaffSession.proven_at.is_(None), StaffSession.ended_at.is_(None)
    ended = update(StaffSession).where(*others, *is_open).values(ended_at=func.now())
    session.execute(ended, execution_options={"synchronize_session": False})
