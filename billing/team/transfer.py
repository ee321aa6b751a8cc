"""Make another member the owner."""

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.errors import Rejected
from billing.team.authority import acting_member, said_by
from billing.team.queries import find_member, view_member
from billing.team.remove import lock_member
from billing.team.withdraw import withdraw
from database.untold import tell
from schemas.commands.team import TransferOwnership
from schemas.permissions import Role
from schemas.views.team import TransferredOwnershipView

TRANSFERS = TransferOwnership.permission


def transfer(session: Session, command: TransferOwnership) -> TransferredOwnershipView:
    """The new owner, whom the account names from now on, and the one before, who stays as an admin.

    Raises Rejected `member_not_found`, `already_owner` for who would hand it over to themselves, and as
    `acting_member`.
    """
    account = lock_account(session, command.account_id)
    heir = lock_member(session, command.member_id)
    if heir.account_id != account.id:
        raise Rejected("member_not_found", f"There is no member {command.member_id}.", status=404)
    acting = acting_member(session, account.id, said_by(command), TRANSFERS)
    former = acting.member if acting else find_member(session, account.id, account.owner)
    if former is None or former.id == heir.id:
        raise Rejected("already_owner", "This member is the owner already.", status=409)
    heir.role, heir.sites = Role.OWNER, None
    former.role = Role.ADMIN
    account.owner = heir.user_id
    session.flush()
    withdraw(session, account.id, former.user_id, former)
    shown = TransferredOwnershipView(account_id=account.id, owner=view_member(heir), former_owner=view_member(former))
    tell(session, "team.ownership_transferred", account.id, heir.id, shown.model_dump(mode="json"))
    return shown
