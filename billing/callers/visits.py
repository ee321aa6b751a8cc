"""Reads of who is in the portal."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.callers.tables import PortalLink, PortalSession

IDLE_MAX = timedelta(minutes=30)
# so long it is enough to have shown that it is oneself: whoever comes to a screen that was left is somebody else
FRESH_FOR = timedelta(minutes=5)
# so often is written down that somebody is still there
SEEN_EVERY = timedelta(minutes=1)


def account_of_link(session: Session, token_sha256: str) -> Account | None:
    """Into whose account a link leads; None for one that is not known, was used or is over. It stays as it was."""
    linked = select(Account).join(PortalLink, PortalLink.account_id == Account.id)
    return session.scalar(linked.where(PortalLink.token_sha256 == token_sha256, is_good()))


def is_good() -> ColumnElement[bool]:
    """In a query of links: it still lets somebody in."""
    return and_(PortalLink.used_at.is_(None), PortalLink.expires_at > func.now())


def return_url_of_link(session: Session, token_sha256: str) -> str:
    """The page of the product that a link came from, whatever became of it; empty for one that never was."""
    return session.scalar(select(PortalLink.return_url).where(PortalLink.token_sha256 == token_sha256)) or ""


def find_session(session: Session, token_sha256: str) -> PortalSession | None:
    """Who comes with the cookie of this hash, and is noted to be there; None where nobody does any more."""
    found = session.scalar(select(PortalSession).where(PortalSession.token_sha256 == token_sha256, _is_live()))
    if found is not None:
        is_news = PortalSession.seen_at < func.now() - SEEN_EVERY
        seen = update(PortalSession).where(PortalSession.id == found.id, is_news).values(seen_at=func.now())
        session.execute(seen, execution_options={"synchronize_session": False})
    return found


def is_fresh(session: Session, visit_id: UUID) -> bool:
    """Whether somebody has shown a moment ago, in this session, that it is them."""
    fresh = PortalSession.id == visit_id, PortalSession.proven_at > func.now() - FRESH_FOR
    return session.scalar(select(PortalSession.id).where(*fresh)) is not None


def sessions_of(session: Session, account_id: UUID, user_id: str) -> Sequence[PortalSession]:
    """Wherever a user is in the portal of an account, the latest first."""
    own = PortalSession.account_id == account_id, PortalSession.user_id == user_id
    return session.scalars(
        select(PortalSession).where(*own, _is_live()).order_by(PortalSession.started_at.desc())
    ).all()


def _is_live() -> ColumnElement[bool]:
    return and_(
        PortalSession.ended_at.is_(None),
        PortalSession.ends_at > func.now(),
        PortalSession.seen_at > func.now() - IDLE_MAX,
    )
