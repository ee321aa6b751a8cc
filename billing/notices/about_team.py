"""Mails about the team of an account."""

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.clocks.timelines import now_of
from billing.errors import Rejected
from billing.notices.letterhead import Letterhead
from billing.notices.occasion import Moot, Occasion, require
from billing.team.join import make_link
from billing.team.queries import find_member
from billing.team.tables import Invitation
from schemas.account_facts import InvitationFacts
from schemas.documents import NoticeFacts, PartyFacts

TOKEN = "{token}"  # noqa: S105 - where it stands in the address
IN_PORTAL = f"/join/{TOKEN}"
BY_DEFAULT = f"/v1/team/invitations/{TOKEN}/"


def invited(session: Session, occasion: Occasion) -> NoticeFacts:
    """To whoever is invited, with a link that is made now: no row keeps what opens it.

    Raises Rejected `public_url_missing` where nobody has said where an invitation is answered.
    """
    waiting = session.get(Invitation, occasion.subject_id, with_for_update=True)
    if waiting is None:
        raise Moot("it was accepted, or called off")
    require(waiting.expires_at > now_of(session, waiting.account_id, occasion.wall), "its days are over")
    address = _address(occasion.letterhead)
    account = get_account(session, waiting.account_id)
    inviting = find_member(session, account.id, waiting.invited_by)
    facts = InvitationFacts(
        account=account.name,
        role=str(waiting.role),
        join_url=address.replace(TOKEN, make_link(session, waiting, occasion.cause)),
        expires_at=waiting.expires_at,
        invited_by=inviting.name if inviting else "",
    )
    # whoever is invited has no account to manage yet, nor a name that anybody knows
    reader = PartyFacts(name="", email=waiting.email)
    return NoticeFacts(occasion.letterhead.seller, reader, manage_url="", invitation=facts)


def _address(letterhead: Letterhead) -> str:
    if letterhead.invitation_url:
        return letterhead.invitation_url
    if letterhead.portal_public_url:
        return letterhead.portal_public_url.rstrip("/") + IN_PORTAL
    if not letterhead.public_url:
        detail = "An invitation needs TEAM_INVITATION_URL, PORTAL_PUBLIC_URL or PUBLIC_URL."
        raise Rejected("public_url_missing", detail)
    return letterhead.public_url.rstrip("/") + BY_DEFAULT
