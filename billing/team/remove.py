"""Somebody is no longer in a team: they leave, or are taken out of it."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.errors import Rejected
from billing.team.authority import SaidBy, acting_member, require_within
from billing.team.owners import keep_owner
from billing.team.queries import account_of_member, find_member, view_member
from billing.team.tables import Member
from billing.team.withdraw import withdraw
from database.untold import tell
from schemas.views.team import MemberView


def remove(session: Session, member_id: UUID, by: SaidBy) -> MemberView:
    """Take a member out of the team. Raises Rejected `member_not_found`, `owner_needed`, and as `acting_member`.

    Nobody takes out who is above them, or works with sites that they do not: `role_above_own`, `sites_above_own`.
    """
    member = lock_member(session, member_id)
    acting = acting_member(session, member.account_id, by)
    require_within(acting, member.role, member.sites)
    return _part_with(session, member)


def leave(session: Session, account_id: UUID, user_id: str) -> MemberView:
    """Leave it oneself, in whatever role. Raises Rejected `account_not_found`, `not_a_member` and `owner_needed`."""
    lock_account(session, account_id)
    member = find_member(session, account_id, user_id)
    if member is None:
        raise Rejected("not_a_member", "Whoever wants to leave is not in the account's team.", status=403)
    return _part_with(session, member)


def lock_member(session: Session, member_id: UUID) -> Member:
    """The member, and the account, nobody else's until commit. Raises Rejected `member_not_found`."""
    account_id = account_of_member(session, member_id)
    if account_id is not None:
        lock_account(session, account_id)
        found = session.get(Member, member_id, populate_existing=True)
        if found is not None:
            return found
    raise Rejected("member_not_found", f"There is no member {member_id}.", status=404)


def _part_with(session: Session, member: Member) -> MemberView:
    shown = view_member(member)
    session.delete(member)
    keep_owner(session, lock_account(session, shown.account_id))
    withdraw(session, shown.account_id, shown.user_id, None)
    tell(session, "team.left", shown.account_id, shown.id, shown.model_dump(mode="json"))
    return shown
