"""Who acts on a team, and how far: nobody gives, or takes away, what is above their own."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.team.queries import find_member
from billing.team.tables import Member
from schemas.permissions import Role, is_above, of_role

MANAGES = "team:write"


def acting_member(session: Session, account_id: UUID, user_id: str | None, permission: str = MANAGES) -> Member | None:
    """The member who does it, in the role that they have now; None where nobody is named: a server or the company.

    Raises Rejected `not_a_member` for a user who is not in the team, and `role_too_low` for one who may not.
    """
    if user_id is None:
        return None
    acting = find_member(session, account_id, user_id)
    if acting is None:
        raise Rejected("not_a_member", "Whoever does this is not in the account's team.", status=403)
    if permission not in of_role(acting.role):
        raise Rejected("role_too_low", f"Whoever does this is {acting.role} in the team, who may not.", status=403)
    return acting


def require_within(acting: Member | None, role: Role, sites: Collection[str] | None) -> None:
    """Raises Rejected `role_above_own` and `sites_above_own` for more than who acts has."""
    if acting is None:
        return
    if is_above(role, acting.role):
        raise Rejected("role_above_own", f"Whoever does this is {acting.role}, which is below {role}.", status=403)
    if acting.sites is not None and not (sites is not None and set(sites) <= set(acting.sites)):
        raise Rejected("sites_above_own", "Whoever does this does not work with all of these sites.", status=403)
