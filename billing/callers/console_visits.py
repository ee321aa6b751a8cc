"""Reads of who of the company's own people is in the console."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from billing.callers.tables import StaffLink, StaffSession
from billing.callers.visits import FRESH_FOR, SEEN_EVERY
from database.staff import StaffMember

STAFF_IDLE_MAX = timedelta(minutes=15)


class Visit(NamedTuple):
    """Somebody in the console, what the browser shows for it, and whether they showed a moment ago that it is them."""

    session: StaffSession
    member: StaffMember
    is_fresh: bool


def is_good_for_staff() -> ColumnElement[bool]:
    """In a query of links: it still lets somebody in."""
    return and_(StaffLink.used_at.is_(None), StaffLink.expires_at > func.now())


def member_of_link(session: Session, token_sha256: str) -> StaffMember | None:
    """Whose a link is; None for one that is not known, was used or is over. It stays as it was."""
    linked = select(StaffMember).join(StaffLink, StaffLink.staff_id == StaffMember.id)
    is_good = StaffLink.token_sha256 == token_sha256, is_good_for_staff(), StaffMember.ended_at.is_(None)
    return session.scalar(linked.where(*is_good))


def find_visit(session: Session, token_sha256: str) -> Visit | None:
    """Who comes with the cookie of this hash, and is noted to be there; None where nobody does any more.

    Whether they have shown a second factor is in the session: until then they are nobody's colleague.
    """
    is_fresh = func.coalesce(StaffSession.proven_at > func.now() - FRESH_FOR, False)
    joined = select(StaffSession, StaffMember, is_fresh).join(StaffMember, StaffMember.id == StaffSession.staff_id)
    row = session.execute(joined.where(StaffSession.token_sha256 == token_sha256, _is_live())).one_or_none()
    if row is None:
        return None
    found = Visit(*row)
    is_news = StaffSession.seen_at < func.now() - SEEN_EVERY
    seen = update(StaffSession).where(StaffSession.id == found.session.id, is_news).values(seen_at=func.now())
    session.execute(seen, execution_options={"synchronize_session": False})
    return found


def console_sessions_of(session: Session, staff_id: UUID) -> Sequence[StaffSession]:
    """Wherever somebody is in the console, the latest first."""
    own = StaffSession.staff_id == staff_id, StaffSession.proven_at.is_not(None), _is_live()
    return session.scalars(select(StaffSession).where(*own).order_by(StaffSession.started_at.desc())).all()


def _is_live() -> ColumnElement[bool]:
    return and_(
        StaffSession.ended_at.is_(None),
        StaffSession.ends_at > func.now(),
        StaffSession.seen_at > func.now() - STAFF_IDLE_MAX,
    )
