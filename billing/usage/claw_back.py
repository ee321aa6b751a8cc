"""Claw back credits whose money goes back: those of certain grants, as far as they are unused."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.queries import lock_usable
from billing.credits.tables import CreditGrant, CreditMovement
from billing.credits.take import take
from billing.usage.fall import find_thresholds, follow_fall


def lock_grants(session: Session, account_id: UUID, now: datetime) -> dict[str, CreditGrant]:
    """What an account can use, by the cause of each grant; nobody else's until commit."""
    return {grant.cause: grant for grant in lock_usable(session, account_id, now)}


def claw_back(
    session: Session,
    account_id: UUID,
    usable: Mapping[str, CreditGrant],
    wanted: Mapping[str, int],
    cause: str,
    now: datetime,
) -> int:
    """Take so many credits from each of the grants, by their causes, and return how many were used up already.

    A balance that falls low is warned of, but nothing is bought for that: who gets money back is not charged for it.
    """
    thresholds = replace(find_thresholds(session, account_id, now), top_up_below=None)
    before, missing = sum(grant.remaining for grant in usable.values()), 0
    for grant_cause, amount in wanted.items():
        grant = usable.get(grant_cause)
        share = min(amount, grant.remaining) if grant is not None else 0
        if grant is not None:
            take(session, grant, share, CreditMovement.REVOKE, cause, "")
        missing += amount - share
    after = sum(grant.remaining for grant in usable.values())
    follow_fall(session, account_id, thresholds, before, after, now)
    return missing
