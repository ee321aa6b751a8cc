"""Prove who one is at the console's door: from now on the session opens all that its role opens."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.callers.tables import StaffSession

STAFF_SESSION_LIVES = timedelta(hours=8)


def prove(session: Session, session_id: UUID, token_sha256: str) -> StaffSession | None:
    """The session, which another cookie names from now on; None for one that was proven or has ended meanwhile."""
    waits = StaffSession.proven_at.is_(None), StaffSession.ended_at.is_(None), StaffSession.ends_at > func.now()
    values = {
        "token_sha256": token_sha256, "proven_at": func.now(), "seen_at": func.now(), "tries": 0,
        "ends_at": func.now() + STAFF_SESSION_LIVES,
    }  # fmt: skip
    proven = update(StaffSession).where(StaffSession.id == session_id, *waits).values(values)
    return session.scalars(proven.returning(StaffSession)).one_or_none()
