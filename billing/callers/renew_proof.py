"""Prove anew, in the middle of a session in the console, who one is: what is dangerous asks for that.

Another cookie names the session from then on, in the same breath: no copy of the one before is ever fresh.
"""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.callers.tables import StaffSession


def renew_proof(session: Session, session_id: UUID, token_sha256: str) -> bool:
    """The session is fresh again; False for one that was not proven yet or has ended meanwhile."""
    is_it = StaffSession.id == session_id, StaffSession.proven_at.is_not(None), StaffSession.ended_at.is_(None)
    values = {"proven_at": func.now(), "tries": 0, "token_sha256": token_sha256}
    proven = update(StaffSession).where(*is_it).values(values).returning(StaffSession.id)
    return session.scalar(proven, execution_options={"synchronize_session": False}) is not None
