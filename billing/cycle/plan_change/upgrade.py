"""Upgrade a subscription."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.cycle.plan_change.change_later import change_later
from billing.cycle.plan_change.change_now import change_now
from billing.cycle.plan_change.choice import Change
from billing.subscriptions.tables import Subscription


def upgrade_subscription(
    session: Session, subscription: Subscription, change: Change, when: str | None, cause: str, now: datetime
) -> None:
    """To a dearer plan or a longer interval: now with proration unless told otherwise. The caller holds the row's lock.

    Raises what `change_now` raises.
    """
    if when == "period_end":
        change_later(subscription, change)
    else:
        change_now(session, subscription, change, cause, now)
