"""Count that somebody of the company's own people has sent a code, before it is looked at."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.callers.tables import StaffSession

# of a million codes three are right at any moment
TRIES_MAX = 5


def count_try(session: Session, session_id: UUID) -> int | None:
    """How many are left after this one; None where there was none left, and the session has ended by that."""
    is_it = StaffSession.id == session_id, StaffSession.ended_at.is_(None)
    counted = update(StaffSession).where(*is_it, StaffSession.tries < TRIES_MAX)
    tries: int | None = session.scalar(counted.values(tries=StaffSession.tries + 1).returning(StaffSession.tries))
    if tries is not None:
        return TRIES_MAX - tries
    ended = update(StaffSession).where(*is_it).values(ended_at=func.now())
    session.execute(ended, execution_options={"synchronize_session": False})
    return None
