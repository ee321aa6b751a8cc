"""Downgrade a subscription."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.cycle.plan_change.change_later import change_later
from billing.cycle.plan_change.change_now import change_now
from billing.cycle.plan_change.choice import Change
from billing.subscriptions.tables import Subscription


def downgrade_subscription(
    session: Session, subscription: Subscription, change: Change, when: str | None, cause: str, now: datetime
) -> None:
    """To a cheaper plan or a shorter interval: at the end of the period unless told otherwise.

    Done now, what is left of the dearer plan is kept on the account for the next invoices. The caller holds the row's
    lock. Raises what `change_now` raises.
    """
    if when == "now":
        change_now(session, subscription, change, cause, now)
    else:
        change_later(subscription, change)
