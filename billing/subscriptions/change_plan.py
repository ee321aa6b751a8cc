"""Change the plan: decide whether that is an upgrade or a downgrade."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.catalog.plans import find_terms
from billing.catalog.tables import Interval
from billing.subscriptions.change_now import check_change
from billing.subscriptions.downgrade import downgrade_subscription
from billing.subscriptions.queries import lock_subscription
from billing.subscriptions.tables import Subscription
from billing.subscriptions.upgrade import upgrade_subscription
from schemas.commands import ChangePlan


def change_plan(session: Session, command: ChangePlan, cause: str, now: datetime) -> Subscription:
    """Bring a subscription to another plan at its newest price, as the command or the house rule says when.

    Raises what `check_change` and `change_now` raise, `subscription_not_found`, `plan_not_found`, `price_not_found`.
    """
    subscription = lock_subscription(session, command.subscription_id)
    wanted = find_terms(session, command.plan.plan, Interval(command.plan.interval), command.plan.currency)
    change = check_change(session, subscription, wanted)
    verb = upgrade_subscription if change.is_upgrade else downgrade_subscription
    verb(session, subscription, change, command.when, cause, now)
    return subscription
