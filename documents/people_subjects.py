"""Subjects and previews of mails to people, who need not be customers."""

from documents.formatting import format_instant
from documents.notice_facts import invitation_of, personal_invitation_of, sign_in_of, valid_for
from schemas.documents import NoticeFacts


def invitation_subject(facts: NoticeFacts) -> str:
    """Who asks, and into what."""
    invitation = invitation_of(facts)
    invites = f"{invitation.invited_by} invites you" if invitation.invited_by else "You are invited"
    return f"{invites} to {invitation.account}"


def invitation_preview(facts: NoticeFacts) -> str:
    """Until when."""
    return f"The link works until {format_instant(invitation_of(facts).expires_at)}."


def sign_in_subject(facts: NoticeFacts) -> str:
    """What for. The code is not in it: a telephone shows it to whoever looks at it."""
    return f"{'Confirm it' if sign_in_of(facts).is_there else 'Sign in'} at {facts.seller.name}"


def sign_in_preview(facts: NoticeFacts) -> str:
    """How long there is time."""
    return f"The code is good for {sign_in_of(facts).code_minutes} minutes."


def welcome_subject(facts: NoticeFacts) -> str:
    """Who says hello."""
    return f"Welcome to {facts.seller.name}"


def verification_subject(facts: NoticeFacts) -> str:
    """What is asked for."""
    return "Please confirm your e-mail address"


def reset_subject(facts: NoticeFacts) -> str:
    """What can be done."""
    return f"Choose a new password for {facts.seller.name}"


def personal_invitation_subject(facts: NoticeFacts) -> str:
    """Who invites, and into what."""
    invitation = personal_invitation_of(facts)
    return f"{invitation.invited_by} invites you to {invitation.team}"


def personal_preview(facts: NoticeFacts) -> str:
    """How long there is time."""
    time = valid_for(facts)
    return f"The link is good for {time}." if time else "The link is in this mail."
