"""Claw back credits whose money goes back: those of certain grants, as far as they are unused."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.queries import lock_unspent
from billing.credits.tables import CreditGrant, CreditMovement
from billing.credits.take import take
from billing.usage.fall import find_thresholds, follow_return


def lock_grants(session: Session, account_id: UUID, now: datetime) -> dict[str, CreditGrant]:
    """What an account has left, frozen or not, by the cause of each grant; nobody else's until commit."""
    return {grant.cause: grant for grant in lock_unspent(session, account_id, now)}


def usable_of(grants: Iterable[CreditGrant]) -> int:
    """How many of these credits can be used."""
    return sum(grant.remaining for grant in grants if not grant.is_frozen)


def claw_back(
    session: Session,
    account_id: UUID,
    usable: Mapping[str, CreditGrant],
    wanted: Mapping[str, int],
    cause: str,
    now: datetime,
) -> int:
    """Take so many credits from each of the grants, by their causes, and return how many were used up already.

    A balance that falls low is warned of. Nothing is bought for that, now or later; see `follow_return`.
    """
    thresholds = find_thresholds(session, account_id, now)
    before, missing = usable_of(usable.values()), 0
    for grant_cause, amount in wanted.items():
        grant = usable.get(grant_cause)
        share = min(amount, grant.remaining) if grant is not None else 0
        if grant is not None:
            take(session, grant, share, CreditMovement.REVOKE, cause, "")
        missing += amount - share
    follow_return(session, account_id, thresholds, before, usable_of(usable.values()), now)
    return missing
