"""Park a form that one of the company's own people sent when their session was over, until they are there again."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.orm import Session

from billing.callers.park import PARKED_FOR, PARKED_MAX
from billing.callers.tables import StaffParkedForm, StaffSession
from database.ids import uuid7


def park_of_staff(session: Session, over_sha256: str, parked_sha256: str, path: str, fields: Mapping[str, str]) -> bool:
    """As `park` of a customer's; of who had shown a second factor alone."""
    was_there = StaffSession.token_sha256 == over_sha256, StaffSession.proven_at.is_not(None)
    staff_id = session.scalar(select(StaffSession.staff_id).where(*was_there))
    if staff_id is None:
        return False
    own = StaffParkedForm.staff_id == staff_id
    kept = select(StaffParkedForm.id).where(own).order_by(StaffParkedForm.created_at.desc()).limit(PARKED_MAX - 1)
    _forget(session, own, StaffParkedForm.id.not_in(kept))
    values = {
        "id": uuid7(), "staff_id": staff_id, "token_sha256": parked_sha256, "path": path, "fields": dict(fields),
    }  # fmt: skip
    session.execute(insert(StaffParkedForm).values(values))
    return True


def find_parked_of_staff(session: Session, parked_sha256: str, staff_id: UUID) -> StaffParkedForm | None:
    """What this browser has parked, if the same person is there."""
    is_kept = and_(StaffParkedForm.created_at > func.now() - PARKED_FOR, StaffParkedForm.over_at.is_(None))
    own = StaffParkedForm.token_sha256 == parked_sha256, StaffParkedForm.staff_id == staff_id
    return session.scalar(select(StaffParkedForm).where(*own, is_kept))


def unpark_of_staff(session: Session, parked_sha256: str) -> None:
    """It was sent, or is not wanted any more."""
    _forget(session, StaffParkedForm.token_sha256 == parked_sha256)


def _forget(session: Session, *which: ColumnElement[bool]) -> None:
    """What was typed goes at once, the row with the next sweep."""
    gone = update(StaffParkedForm).where(*which, StaffParkedForm.over_at.is_(None))
    session.execute(gone.values(fields={}, over_at=func.now()), execution_options={"synchronize_session": False})
