"""Mails about what an account says of itself: another billing e-mail, to it and to the one before."""

from sqlalchemy.orm import Session

from billing.accounts.confirm_email import make_link
from billing.accounts.queries import get_account
from billing.accounts.tables import EmailConfirmation
from billing.clocks.timelines import now_of
from billing.errors import Rejected
from billing.notices.copies import copies_for
from billing.notices.occasion import Moot, Occasion, require, write_to
from billing.privacy.tables import AccountExport
from schemas.account_facts import EmailChangeFacts
from schemas.documents import NoticeFacts, PartyFacts


def email_confirmation(session: Session, occasion: Occasion) -> NoticeFacts:
    """To the address that waits, with a link that is made now: no row keeps what opens it.

    Raises Rejected `public_url_missing` where customers reach us under no address.
    """
    waiting = session.get(EmailConfirmation, occasion.subject_id, with_for_update=True)
    if waiting is None or waiting.ended_at is not None:
        raise Moot("the address waits no more")
    require(waiting.expires_at > now_of(session, waiting.account_id, occasion.wall), "it was not confirmed in time")
    public_url = occasion.letterhead.public_url.rstrip("/")
    if not public_url:
        raise Rejected("public_url_missing", "A link to confirm an address needs PUBLIC_URL.")
    url = f"{public_url}/confirm-email/{make_link(session, waiting, occasion.cause)}/"
    change = EmailChangeFacts(waiting.email, url, waiting.expires_at)
    return _write_to(session, occasion, waiting, waiting.email, change)


def email_changed(session: Session, occasion: Occasion) -> NoticeFacts:
    """To the address that was used before: should it not have been the customer, they are told."""
    confirmed = session.get(EmailConfirmation, occasion.subject_id)
    if confirmed is None or not confirmed.is_confirmed:
        raise Moot("the address was not changed")
    return _write_to(session, occasion, confirmed, confirmed.email_before, EmailChangeFacts(confirmed.email))


def export_ready(session: Session, occasion: Occasion) -> NoticeFacts:
    """The copy can still be fetched, and no newer one was asked for."""
    export = session.get(AccountExport, occasion.subject_id)
    if export is None or export.expires_at is None:
        raise Moot("the copy is gone, or another one was asked for")
    require(export.expires_at > occasion.wall.at, "the copy has expired")
    return write_to(session, occasion, export.account_id)


def _write_to(
    session: Session, occasion: Occasion, about: EmailConfirmation, email: str, change: EmailChangeFacts
) -> NoticeFacts:
    letterhead = occasion.letterhead
    buyer = PartyFacts(name=get_account(session, about.account_id).name, email=email)
    copies = copies_for(session, about.account_id, occasion.topic, email)
    return NoticeFacts(letterhead.seller, buyer, letterhead.manage_url, email_change=change, copies=copies)
