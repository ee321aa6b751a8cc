"""Enter the portal by a proof, which is used up by that; and see before into which accounts it leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.callers.enter import Browser, Entrant, begin
from billing.callers.tables import PortalSession, SignIn, SignInWay
from billing.mail.queries import key_of
from billing.team.tables import Member
from schemas.permissions import Role

PROOF_LIVES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Way:
    """An account that one may enter, and as whom."""

    account_id: UUID
    account_name: str
    role: Role


def ways_of(session: Session, proof_sha256: str) -> Sequence[Way]:
    """Those of a proof that is good; none for another."""
    proven = (
        select(Account.id, Account.name, SignInWay.role)
        .join(SignInWay, SignInWay.account_id == Account.id)
        .join(SignIn, SignIn.id == SignInWay.sign_in_id)
        .where(_is_good(proof_sha256), Account.closed_at.is_(None))
        .order_by(Account.name, Account.id)
    )
    return [Way(row.id, row.name, row.role) for row in session.execute(proven)]


def enter_proven(session: Session, proof_sha256: str, account_id: UUID, browser: Browser) -> PortalSession | None:
    """The session that begins; None for a proof that is none, was used, is over or does not lead there."""
    chosen = SignInWay.sign_in_id == SignIn.id, SignInWay.account_id == account_id, _still_leads()
    leads_there = select(SignInWay.account_id).where(*chosen).correlate(SignIn).exists()
    used = update(SignIn).where(_is_good(proof_sha256), leads_there).values(entered_at=func.now())
    returned = session.execute(
        used.returning(SignIn.id, SignIn.email), execution_options={"synchronize_session": False}
    )
    proven = returned.one_or_none()
    if proven is None:
        return None
    sign_in_id, cookie = proven.id, browser.known_cookie
    known = known_by(cookie, proven.email) if cookie else None
    way = session.scalars(
        select(SignInWay).where(SignInWay.sign_in_id == sign_in_id, SignInWay.account_id == account_id)
    ).one()
    return begin(session, Entrant(way.account_id, way.user_id, Role(way.role), is_proven=True), browser, known)


def known_by(cookie: str, email: str) -> str:
    """What stands for this browser together with this address; by neither alone anything is found."""
    return sha256(f"{cookie}/{key_of(email)}".encode()).hexdigest()


def _still_leads() -> ColumnElement[bool]:
    """Whether the way is as it was when the mail was made: a mail lies about, and who read it may be gone."""
    whose = Member.account_id == SignInWay.account_id
    is_member = select(Member.id).where(whose, Member.user_id == SignInWay.user_id).exists()
    has_team = select(Member.id).where(whose).exists()
    reads_bills = Account.id == SignInWay.account_id, func.lower(Account.billing_email) == SignInWay.user_id
    return or_(is_member, and_(~has_team, select(Account.id).where(*reads_bills).exists()))


def _is_good(proof_sha256: str) -> ColumnElement[bool]:
    is_live = SignIn.proven_at > func.now() - PROOF_LIVES
    return and_(SignIn.proof_sha256 == proof_sha256, is_live, SignIn.entered_at.is_(None))
