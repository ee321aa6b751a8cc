"""Call an invitation off."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.team.authority import SaidBy, acting_member, require_within
from billing.team.invite_again import lock_invitation
from schemas.views.team import CanceledInvitationView


def call_off(session: Session, invitation_id: UUID, by: SaidBy) -> CanceledInvitationView:
    """Whoever has its link is told from now on that there is none.

    Raises Rejected `invitation_not_found`, and as `acting_member` and `require_within`.
    """
    invitation = lock_invitation(session, invitation_id)
    acting = acting_member(session, invitation.account_id, by)
    require_within(acting, invitation.role, invitation.sites)
    session.delete(invitation)
    session.flush()
    return CanceledInvitationView(id=invitation_id, account_id=invitation.account_id)
