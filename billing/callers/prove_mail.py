"""Prove that one reads the mail of an address: by the code in the browser that asked, or by the link in any."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from billing.callers.make_sign_in import hash_code
from billing.callers.tables import SignIn, SignInSecret

CODE_LIVES = timedelta(minutes=10)
LINK_LIVES = timedelta(minutes=30)
TRIES_MAX = 5
# Of a hundred million codes one is never guessed at so many tries an hour, whoever asks for how many mails. Beyond it
# no code is taken from anybody, and links lead in as before.
TRIES_BY_ALL_MAX = 500
TRIES_COUNTED_FOR = timedelta(hours=1)


def prove_by_code(
    session: Session, browser_sha256: str, code: str, proof_sha256: str, session_id: UUID | None = None
) -> bool:
    """Whether the code is right, which is used up by that. Every try counts, also at once with others.

    `proof_sha256` is the hash of the cookie that this browser is given; `session_id` that of who is there already.
    """
    if not _are_codes_taken(session):
        return False
    tried = (
        update(SignIn).where(_may_try(browser_sha256, session_id)).values(tries=SignIn.tries + 1).returning(SignIn.id)
    )
    sign_in_id = session.scalar(tried, execution_options={"synchronize_session": False})
    if sign_in_id is None:
        return False
    known = SignInSecret.sign_in_id == sign_in_id, SignInSecret.code_sha256 == hash_code(sign_in_id, code)
    if session.scalar(select(SignInSecret.sign_in_id).where(*known).limit(1)) is None:
        return False
    return _prove(session, sign_in_id, CODE_LIVES, proof_sha256)


def prove_by_link(session: Session, link_sha256: str, proof_sha256: str) -> bool:
    """Whether the link is good, which is used up by that; of two at once one is."""
    sign_in_id = session.scalar(select(SignInSecret.sign_in_id).where(SignInSecret.link_sha256 == link_sha256))
    return sign_in_id is not None and _prove(session, sign_in_id, LINK_LIVES, proof_sha256)


def find_by_link(session: Session, link_sha256: str) -> SignIn | None:
    """What a link would prove; None for one that is not known, was used or is over. It stays as it was."""
    linked = select(SignIn).join(SignInSecret, SignInSecret.sign_in_id == SignIn.id)
    return session.scalar(linked.where(SignInSecret.link_sha256 == link_sha256, _is_open(LINK_LIVES)))


def can_try(session: Session, browser_sha256: str, session_id: UUID | None = None) -> bool:
    """Whether a code can still be typed in this browser."""
    asked = select(SignIn.id).where(_may_try(browser_sha256, session_id))
    return _are_codes_taken(session) and session.scalar(asked) is not None


def _may_try(browser_sha256: str, session_id: UUID | None) -> ColumnElement[bool]:
    """To sign in without a session; with one for that alone."""
    asked = SignIn.browser_sha256 == browser_sha256, SignIn.session_id.is_not_distinct_from(session_id)
    return and_(*asked, _is_open(CODE_LIVES), SignIn.tries < TRIES_MAX)


def _are_codes_taken(session: Session) -> bool:
    """Whether fewer were tried of late, and were wrong, than anybody guesses one by."""
    wrong = func.sum(SignIn.tries).filter(SignIn.proven_at.is_(None))
    tried = session.scalar(select(wrong).where(SignIn.created_at > func.now() - TRIES_COUNTED_FOR))
    return (tried or 0) < TRIES_BY_ALL_MAX


def _prove(session: Session, sign_in_id: UUID, lives: timedelta, proof_sha256: str) -> bool:
    open_one = update(SignIn).where(SignIn.id == sign_in_id, _is_open(lives))
    proven = open_one.values(proven_at=func.now(), proof_sha256=proof_sha256).returning(SignIn.id)
    return session.scalar(proven, execution_options={"synchronize_session": False}) is not None


def _is_open(lives: timedelta) -> ColumnElement[bool]:
    return and_(SignIn.proven_at.is_(None), SignIn.created_at > func.now() - lives)
