"""Suspend an account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.accounts.tables import Account


def suspend_account(session: Session, account_id: UUID, reason: str, now: datetime) -> Account:
    """From now on what `Command.begins` is refused for it; one that is suspended keeps its day and its reason.

    `now` is the account's own time. What was begun before runs on, renewals as well. Raises Rejected
    `account_not_found`.
    """
    account = lock_account(session, account_id)
    if account.suspended_at is None:
        account.suspended_at, account.suspended_because = now, reason
        session.flush()
    return account
