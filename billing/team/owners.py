"""An account with members has an owner among them, and names one."""

from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.errors import Rejected
from billing.team.queries import members_of
from schemas.permissions import Role


def keep_owner(session: Session, account: Account) -> None:
    """Have the account name one of its owners, after a change of its team; the account is locked.

    Whom it names stays as long as they are an owner, then it is who has been one for longest in the team. Raises
    Rejected `owner_needed`.
    """
    session.flush()
    owners = [member.user_id for member in members_of(session, account.id) if member.role is Role.OWNER]
    if not owners:
        detail = "An account is never without an owner: make somebody else the owner first."
        raise Rejected("owner_needed", detail, status=409)
    if account.owner not in owners:
        account.owner = owners[0]
        session.flush()
