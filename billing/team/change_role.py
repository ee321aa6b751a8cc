"""Give a member another role, or other sites."""

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.team.authority import acting_member, require_within, said_by
from billing.team.owners import keep_owner
from billing.team.queries import view_member
from billing.team.remove import lock_member
from billing.team.rules import check_sites
from billing.team.tables import Member
from billing.team.withdraw import withdraw
from database.untold import tell
from schemas.commands.team import ChangeRole
from schemas.permissions import Role


def change_role(session: Session, command: ChangeRole) -> Member:
    """The member as they are from now on; a repeat changes nothing. What they ask next is judged by it.

    Whoever becomes an owner works with all sites. Nobody changes who is above them, nor gives more than they have.
    Whom they have invited to what they could not give any more is invited no longer.
    Raises Rejected `member_not_found`, `owner_has_all_sites`, `owner_needed`, and as `acting_member` and
    `require_within`.
    """
    member = lock_member(session, command.member_id)
    acting = acting_member(session, member.account_id, said_by(command))
    require_within(acting, member.role, member.sites)
    role = command.role or member.role
    sites = member.sites if role is not Role.OWNER else None
    if "sites" in command.model_fields_set:
        sites = None if command.sites is None else list(command.sites)
    check_sites(role, sites)
    require_within(acting, role, sites)
    if (role, sites) == (member.role, member.sites):
        return member
    before = view_member(member)
    member.role, member.sites = role, sites
    keep_owner(session, lock_account(session, member.account_id))
    withdraw(session, member.account_id, member.user_id, member)
    told = view_member(member).model_dump(mode="json") | {"role_before": before.role, "sites_before": before.sites}
    tell(session, "team.role_changed", member.account_id, member.id, told)
    return member
