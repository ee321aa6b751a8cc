"""Who acts on a team, and how far: nobody gives, or takes away, what is above their own."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.team.queries import find_member
from billing.team.tables import Member
from schemas.commands.team import ByMember
from schemas.permissions import Role, is_above, lower_of, of_role

MANAGES = "team:write"


@dataclass(frozen=True, slots=True)
class SaidBy:
    """Which user says it, and what their token lets them be at most. No user: a server or the company."""

    user_id: str | None = None
    role_max: Role | None = None


@dataclass(frozen=True, slots=True)
class Acting:
    """The member who does it, in the role that counts."""

    member: Member
    role: Role

    def gives(self, role: Role, sites: Collection[str] | None) -> bool:
        """Whether this role and these sites (None: all) are within their own."""
        return not is_above(role, self.role) and self.works_with(sites)

    def works_with(self, sites: Collection[str] | None) -> bool:
        """Whether these sites are among their own; None: all."""
        own = self.member.sites
        return own is None or (sites is not None and set(sites) <= set(own))


def said_by(command: ByMember) -> SaidBy:
    """Who says a command."""
    return SaidBy(command.acting_user_id, command.acting_role)


def acting_member(session: Session, account_id: UUID, by: SaidBy, permission: str = MANAGES) -> Acting | None:
    """The member who does it, in the lower role of what they are now and what their token said; None: nobody is named.

    Raises Rejected `not_a_member` for a user who is not in the team, and `role_too_low` for one who may not.
    """
    if by.user_id is None:
        return None
    member = find_member(session, account_id, by.user_id)
    if member is None:
        raise Rejected("not_a_member", "Whoever does this is not in the account's team.", status=403)
    acting = Acting(member, lower_of(by.role_max or member.role, member.role))
    if permission not in of_role(acting.role):
        raise Rejected("role_too_low", f"Whoever does this is {acting.role} in the team, who may not.", status=403)
    return acting


def require_within(acting: Acting | None, role: Role, sites: Collection[str] | None) -> None:
    """Raises Rejected `role_above_own` and `sites_above_own` for more than who acts has."""
    if acting is None:
        return
    if is_above(role, acting.role):
        raise Rejected("role_above_own", f"Whoever does this is {acting.role}, which is below {role}.", status=403)
    if not acting.works_with(sites):
        raise Rejected("sites_above_own", "Whoever does this does not work with all of these sites.", status=403)
