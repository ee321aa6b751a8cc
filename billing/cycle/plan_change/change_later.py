"""Change the plan with the next period."""

from billing.cycle.plan_change.choice import Change
from billing.subscriptions.tables import Subscription


def change_later(subscription: Subscription, change: Change) -> None:
    """The next renewal bills the new plan. Back to the present plan: it takes back what was planned."""
    is_present = change.wanted.price_id == subscription.price_id
    subscription.next_price_id = None if is_present else change.wanted.price_id
