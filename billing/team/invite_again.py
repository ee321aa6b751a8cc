"""Send the mail of an invitation again, with another link."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.errors import Rejected
from billing.mail.stage_to_person import stage_to_person
from billing.team.authority import SaidBy, acting_member, require_within
from billing.team.invite import INVITATION, Times, check_seats
from billing.team.queries import account_of_invitation
from billing.team.rules import ACCEPTED_WITHIN, RESENT_AFTER
from billing.team.tables import Invitation, InvitationLink


def invite_again(session: Session, invitation_id: UUID, by: SaidBy, users_max: int | None, times: Times) -> Invitation:
    """The invitation, which waits for seven more days; links of mails before end now.

    Raises Rejected `invitation_not_found`, `resent_too_soon`, `users_limit_reached` where its days were over and its
    seat is another's, and as `acting_member`, `require_within` and `stage_to_person`.
    """
    invitation = lock_invitation(session, invitation_id)
    acting = acting_member(session, invitation.account_id, by)
    require_within(acting, invitation.role, invitation.sites)
    if times.wall < invitation.mailed_at + RESENT_AFTER:
        detail = f"The mail was sent within the last {RESENT_AFTER.seconds} seconds; wait for it."
        raise Rejected("resent_too_soon", detail, status=429)
    if invitation.expires_at <= times.now:
        check_seats(session, lock_account(session, invitation.account_id), users_max, times.now)
    session.execute(delete(InvitationLink).where(InvitationLink.invitation_id == invitation.id))
    invitation.mails += 1
    invitation.mailed_at, invitation.expires_at = times.wall, times.now + ACCEPTED_WITHIN
    session.flush()
    stage_to_person(session, INVITATION, invitation.id, invitation.email, times.wall)
    return invitation


def lock_invitation(session: Session, invitation_id: UUID) -> Invitation:
    """The invitation, and its account, nobody else's until commit. Raises Rejected `invitation_not_found`."""
    account_id = account_of_invitation(session, invitation_id)
    if account_id is not None:
        lock_account(session, account_id)
        found = session.get(Invitation, invitation_id, populate_existing=True)
        if found is not None:
            return found
    raise Rejected("invitation_not_found", f"There is no invitation {invitation_id}.", status=404)
