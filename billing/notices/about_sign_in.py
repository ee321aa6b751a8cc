"""The mail by which somebody signs in to the portal."""

from datetime import timedelta

from sqlalchemy.orm import Session

from billing.callers.make_sign_in import find_ways, make_secrets
from billing.callers.prove_mail import CODE_LIVES, LINK_LIVES
from billing.callers.tables import SignIn
from billing.notices.occasion import Moot, Occasion, require
from schemas.account_facts import SignInFacts
from schemas.documents import NoticeFacts, PartyFacts

MINUTE = timedelta(minutes=1)


def asked(session: Session, occasion: Occasion) -> NoticeFacts:
    """To whoever reads the address that was typed, with what is made now: no row keeps what opens anything.

    It is here that it turns out whether the address leads anywhere: whoever typed it is told nothing of that.
    """
    sign_in = session.get(SignIn, occasion.subject_id)
    if sign_in is None:
        raise Moot("it was forgotten")
    require(sign_in.proven_at is None, "somebody is in by it already")
    require(sign_in.created_at + LINK_LIVES > occasion.wall.at, "its time is over")
    is_there = sign_in.session_id is not None
    require(is_there or find_ways(session, sign_in) > 0, "the address leads into no account")
    made = make_secrets(session, sign_in.id)
    origin = "" if is_there else occasion.letterhead.portal_public_url.rstrip("/")
    facts = SignInFacts(
        code=made.code,
        sign_in_url=f"{origin}/sign-in/{made.token}" if origin else "",
        code_minutes=CODE_LIVES // MINUTE,
        link_minutes=LINK_LIVES // MINUTE,
        is_there=is_there,
    )
    reader = PartyFacts(name="", email=sign_in.email)
    return NoticeFacts(occasion.letterhead.seller, reader, manage_url="", sign_in=facts)
