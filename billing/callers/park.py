"""Park a form that was sent when its session was over, until the same user is there again."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.orm import Session

from billing.callers.tables import ParkedForm, PortalSession
from database.ids import uuid7

PARKED_FOR = timedelta(minutes=15)
# of one user: whoever sends more has given up what came before
PARKED_MAX = 5


def park(session: Session, over_sha256: str, parked_sha256: str, path: str, fields: Mapping[str, str]) -> bool:
    """Keep what was sent to `path`, for who was here with the cookie of `over_sha256`; False for who never was.

    `parked_sha256` is the hash of another cookie, by which this browser finds it again.
    """
    found = session.scalar(select(PortalSession).where(PortalSession.token_sha256 == over_sha256))
    if found is None:
        return False
    own = ParkedForm.account_id == found.account_id, ParkedForm.user_id == found.user_id
    kept = select(ParkedForm.id).where(*own).order_by(ParkedForm.created_at.desc()).limit(PARKED_MAX - 1)
    _forget(session, *own, ParkedForm.id.not_in(kept))
    values = {
        "id": uuid7(), "account_id": found.account_id, "user_id": found.user_id, "token_sha256": parked_sha256,
        "path": path, "fields": dict(fields),
    }  # fmt: skip
    session.execute(insert(ParkedForm).values(values))
    return True


def find_parked(session: Session, parked_sha256: str, account_id: UUID, user_id: str) -> ParkedForm | None:
    """What this browser has parked, if the same user is there in the same account."""
    own = ParkedForm.account_id == account_id, ParkedForm.user_id == user_id
    is_kept = and_(ParkedForm.created_at > func.now() - PARKED_FOR, ParkedForm.over_at.is_(None))
    return session.scalar(select(ParkedForm).where(ParkedForm.token_sha256 == parked_sha256, *own, is_kept))


def unpark(session: Session, parked_sha256: str) -> None:
    """It was sent, or is not wanted any more."""
    _forget(session, ParkedForm.token_sha256 == parked_sha256)


def _forget(session: Session, *which: ColumnElement[bool]) -> None:
    """What was typed goes at once, the row with the next sweep."""
    gone = update(ParkedForm).where(*which, ParkedForm.over_at.is_(None)).values(fields={}, over_at=func.now())
    session.execute(gone, execution_options={"synchronize_session": False})
