"""Prove in the middle of a session that it is still oneself, by a code of a mail: what is dangerous asks for it."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.callers.prove_mail import prove_by_code
from billing.callers.tables import PortalSession, SignIn


def prove_again(session: Session, visit_id: UUID, browser_sha256: str, code: str, token_sha256: str) -> bool:
    """Whether the code is right, which is used up by that: the session is fresh, and another cookie names it.

    `browser_sha256` is the hash of the cookie of the browser that asked, `token_sha256` that of the new one.
    """
    if not prove_by_code(session, browser_sha256, code, token_sha256, visit_id):
        return False
    used = update(SignIn).where(SignIn.proof_sha256 == token_sha256).values(entered_at=func.now())
    session.execute(used, execution_options={"synchronize_session": False})
    is_it = PortalSession.id == visit_id, PortalSession.ended_at.is_(None)
    proven = update(PortalSession).where(*is_it).values(token_sha256=token_sha256, proven_at=func.now())
    return session.scalar(proven.returning(PortalSession.id)) is not None
