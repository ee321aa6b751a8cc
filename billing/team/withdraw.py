"""Invitations end with the authority of who made them."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.team.authority import MANAGES, Acting
from billing.team.queries import invitations_of
from billing.team.tables import Member
from schemas.permissions import Role, of_role


def withdraw(session: Session, account_id: UUID, user_id: str, left: Member | None) -> None:
    """Call off what a user has invited to and could not invite to any more. The account is locked.

    `left` is what they are in the team from now on, None: nothing. So nobody comes back, or leaves somebody behind,
    through a door that they have opened before they went.
    """
    for each in invitations_of(session, account_id):
        if each.invited_by == user_id and not _could_invite(left, each.role, each.sites):
            session.delete(each)
    session.flush()


def _could_invite(left: Member | None, role: Role, sites: list[str] | None) -> bool:
    return left is not None and MANAGES in of_role(left.role) and Acting(left, left.role).gives(role, sites)
