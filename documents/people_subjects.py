"""Subjects and previews of mails to people, who need not be customers."""

from documents.formatting import format_instant
from documents.notice_facts import invitation_of
from schemas.documents import NoticeFacts


def invitation_subject(facts: NoticeFacts) -> str:
    """Who asks, and into what."""
    invitation = invitation_of(facts)
    invites = f"{invitation.invited_by} invites you" if invitation.invited_by else "You are invited"
    return f"{invites} to {invitation.account}"


def invitation_preview(facts: NoticeFacts) -> str:
    """Until when."""
    return f"The link works until {format_instant(invitation_of(facts).expires_at)}."
