"""Leave the portal: in this browser, or wherever one is in it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.callers.tables import PortalSession


def leave(session: Session, account_id: UUID, user_id: str, session_id: UUID | None = None) -> Sequence[UUID]:
    """End this session of a user, or all of them in the account; which ones ended by that."""
    own = PortalSession.account_id == account_id, PortalSession.user_id == user_id, PortalSession.ended_at.is_(None)
    ended = update(PortalSession).where(*own).values(ended_at=func.now())
    if session_id is not None:
        ended = ended.where(PortalSession.id == session_id)
    return session.scalars(ended.returning(PortalSession.id), execution_options={"synchronize_session": False}).all()
