"""Give or take credits by a person's word."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.grant import Grant, grant_all
from billing.credits.queries import lock_usable
from billing.credits.rules import spread
from billing.credits.tables import CreditMovement, CreditSource
from billing.credits.take import take
from billing.errors import Rejected
from billing.usage.fall import find_thresholds, follow_return

Direction = Literal["grant", "take"]


def adjust_credits(
    session: Session,
    account_id: UUID,
    direction: Direction,
    amount: int,
    reason: str,
    cause: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Grant credits until `expires_at`, or for ever; or take usable ones, the soonest to expire first, all or nothing.

    `now` is the account's time. What is granted pays what the account owes first. Nothing is bought for what is taken,
    but the customer is warned as they wish. Raises Rejected `account_not_found`, `insufficient_credits`, and
    `expires_in_past`.
    """
    thresholds = find_thresholds(session, account_id, now)
    if direction == "grant":
        if expires_at is not None and expires_at <= now:
            raise Rejected("expires_in_past", "Credits cannot expire before they are granted.")
        grant_all(session, [Grant(account_id, CreditSource.ADJUSTMENT, cause, amount, expires_at, now)])
        return
    grants = lock_usable(session, account_id, now)
    balance = sum(grant.remaining for grant in grants)
    if balance < amount:
        raise Rejected("insufficient_credits", f"The account has {balance} credits, {amount} are needed.", status=409)
    for grant, share in zip(grants, spread(amount, [grant.remaining for grant in grants]), strict=True):
        take(session, grant, share, CreditMovement.ADJUST, cause, reason)
    follow_return(session, account_id, thresholds, balance, balance - amount, now)
