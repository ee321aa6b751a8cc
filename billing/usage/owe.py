"""Owe credits: used ones whose money goes back all the same."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.credits.queries import count_owed
from billing.credits.repay import repay_out_of
from billing.credits.tables import CreditDebt, CreditGrant, DebtReason
from billing.errors import Rejected
from billing.usage.claw_back import usable_of
from billing.usage.fall import find_thresholds, follow_return
from database.ids import uuid7


def owe_credits(
    session: Session, account_id: UUID, usable: Sequence[CreditGrant], amount: int, cause: str, now: datetime
) -> None:
    """Take so many credits from whatever the account can use, and below zero what is missing: the next grants pay that.

    The caller holds the account, so that its debts are counted one by one, and its usable grants. Raises Rejected
    `credit_debt_too_large` where the account would owe more than it may.
    """
    thresholds = find_thresholds(session, account_id, now)
    before = usable_of(usable)
    session.add(CreditDebt(id=uuid7(), account_id=account_id, cause=cause, amount=amount, paid=0))
    session.flush()
    repay_out_of(session, account_id, usable)
    # an agreed overdraft is another thing, and has a limit of its own
    owed, most = count_owed(session, account_id, DebtReason.RETURNED), get_account(session, account_id).credit_debt_max
    if owed > most:
        detail = f"The account would owe {owed:,} credits; it may owe {most:,}."
        raise Rejected("credit_debt_too_large", detail, status=409)
    follow_return(session, account_id, thresholds, before, before - amount, now)
