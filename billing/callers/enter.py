"""Enter the portal by a link, which is used up by that."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from billing.callers.tables import PortalLink, PortalSession
from billing.callers.visits import is_good
from database.ids import uuid7
from schemas.permissions import Role

SESSION_LIVES = timedelta(hours=12)
AGENT_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Browser:
    """Who comes: the hash of the cookie that they are given, and what they tell of themselves.

    By `known_cookie`, the hash of another one, it is known when it asks for the next mail to the same address.
    """

    token_sha256: str
    address: str
    agent: str
    known_cookie: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """The session that begins, and the page that its link leads to; empty for the first one."""

    visit: PortalSession
    target: str


@dataclass(frozen=True, slots=True)
class Entrant:
    """As whom somebody comes, into which account, from which page of the product; `is_proven`: they read its mail."""

    account_id: UUID
    user_id: str
    role: Role
    return_url: str = ""
    is_proven: bool = False


def enter(session: Session, link_sha256: str, browser: Browser) -> Entered | None:
    """What begins; None for a link that is not known, was used or is over. Of two at once one enters."""
    used = update(PortalLink).where(PortalLink.token_sha256 == link_sha256, is_good()).values(used_at=func.now())
    link = session.scalar(used.returning(PortalLink))
    if link is None:
        return None
    entrant = Entrant(link.account_id, link.user_id, link.role, link.return_url)
    return Entered(begin(session, entrant, browser), link.target)


def begin(
    session: Session, entrant: Entrant, browser: Browser, known_sha256: str | None = None
) -> PortalSession:  # fmt: skip
    """The session of somebody who has proved that they are let in; by which the browser is known, if by anything."""
    values = {
        "id": uuid7(), "account_id": entrant.account_id, "user_id": entrant.user_id, "role": entrant.role,
        "return_url": entrant.return_url, "token_sha256": browser.token_sha256, "address": browser.address,
        "agent": browser.agent[:AGENT_LENGTH_MAX], "ends_at": func.now() + SESSION_LIVES,
        "known_sha256": known_sha256, "proven_at": func.now() if entrant.is_proven else None,
    }  # fmt: skip
    return session.scalars(insert(PortalSession).values(values).returning(PortalSession)).one()
