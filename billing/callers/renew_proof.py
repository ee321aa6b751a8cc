"""Prove anew, in the middle of a session in the console, who one is: what is dangerous asks for that."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.callers.tables import StaffSession


def renew_proof(session: Session, session_id: UUID) -> bool:
    """The session is fresh again; False for one that was not proven yet or has ended meanwhile."""
    is_it = StaffSession.id == session_id, StaffSession.proven_at.is_not(None), StaffSession.ended_at.is_(None)
    proven = update(StaffSession).where(*is_it).values(proven_at=func.now(), tries=0).returning(StaffSession.id)
    return session.scalar(proven, execution_options={"synchronize_session": False}) is not None
