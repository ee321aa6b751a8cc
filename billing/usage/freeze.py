"""Freeze credits whose money is disputed, and thaw them."""

from collections.abc import Collection, Set
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.credits.freeze import freeze_grant
from billing.credits.queries import lock_by_cause
from billing.credits.repay import repay_out_of
from billing.credits.tables import CreditGrant
from billing.credits.watch import arm_watches
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from billing.usage.claw_back import lock_grants, usable_of
from billing.usage.fall import find_thresholds, warn_of_fall


def freeze_credits(session: Session, account_id: UUID, causes: Set[str], now: datetime) -> None:
    """Let nobody use what is left of these grants, and nothing of it expire; what is left until then is kept.

    A balance that falls low is warned of, but nothing is bought for that: a dispute stops the top-up. Those that are
    frozen stay as they are.
    """
    session.flush()
    thresholds = find_thresholds(session, account_id, now)
    grants = lock_grants(session, account_id, now)
    before = usable_of(grants.values())
    for cause in causes & grants.keys():
        freeze_grant(grants[cause], now)
    session.flush()
    warn_of_fall(session, account_id, thresholds, before, usable_of(grants.values()))


def thaw_credits(session: Session, account_id: UUID, causes: Collection[str], now: datetime) -> None:
    """Let frozen credits be used again; as much is left until their expiry as when they were frozen.

    What the account owes meanwhile, they pay. Those of a subscription that is paused by now go on waiting with it.
    """
    session.flush()
    frozen = [grant for grant in lock_by_cause(session, causes) if grant.is_frozen]
    if not frozen:
        return
    waiting = _paused(session, frozen)
    for grant in frozen:
        grant.is_frozen = False
        if grant.held_for is not None and grant.subscription_id not in waiting:
            grant.expires_at, grant.held_for = now + grant.held_for, None
    repay_out_of(session, account_id, frozen)
    session.flush()
    arm_watches(session, [account_id], now)


def _paused(session: Session, grants: Collection[CreditGrant]) -> set[UUID]:
    of_grants = {grant.subscription_id for grant in grants if grant.subscription_id is not None}
    paused = Subscription.status == SubscriptionStatus.PAUSED
    return set(session.scalars(select(Subscription.id).where(Subscription.id.in_(of_grants), paused)))
