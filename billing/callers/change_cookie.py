"""Let another cookie name a session in the console: whoever has copied the one before is out."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.callers.tables import StaffSession


def change_cookie(session: Session, session_id: UUID, token_sha256: str) -> bool:
    """Whether it does from now on; False for a session that has ended meanwhile."""
    is_it = StaffSession.id == session_id, StaffSession.ended_at.is_(None)
    changed = update(StaffSession).where(*is_it).values(token_sha256=token_sha256).returning(StaffSession.id)
    return session.scalar(changed, execution_options={"synchronize_session": False}) is not None
