"""Take back an account's suspension."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.accounts.tables import Account


def activate_account(session: Session, account_id: UUID) -> Account:
    """From now on everything can be begun for it again; one that is active stays so.

    Raises Rejected `account_not_found`.
    """
    account = lock_account(session, account_id)
    account.suspended_at, account.suspended_because = None, ""
    session.flush()
    return account
