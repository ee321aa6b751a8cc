"""Change the plan: decide whether that is an upgrade or a downgrade."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.cycle.plan_change.choice import check_change, find_change
from billing.cycle.plan_change.downgrade import downgrade_subscription
from billing.cycle.plan_change.upgrade import upgrade_subscription
from billing.periods import period_from
from billing.subscriptions.queries import lock_subscription
from billing.subscriptions.rules import check_up_to_date
from billing.subscriptions.tables import Subscription
from schemas.commands import ChangePlan


def change_plan(session: Session, command: ChangePlan, cause: str, now: datetime) -> Subscription:
    """Bring a subscription to another plan at its newest price, as the command or the house rule says when.

    Raises Rejected `subscription_not_found`, `renewal_due` after a downtime of whole periods, and what `find_change`,
    `check_change` and `change_now` raise.
    """
    subscription = lock_subscription(session, command.subscription_id)
    change = find_change(session, subscription, command.plan)
    check_change(session, subscription, change)
    # a period that was over before the wish is billed as it was sold: it is caught up before anything changes
    coming = period_from(subscription.anchor, change.running.months, subscription.period_end)
    check_up_to_date(coming.end, now)
    verb = upgrade_subscription if change.is_upgrade else downgrade_subscription
    verb(session, subscription, change, command.when, cause, now)
    return subscription
