"""Which discount counts for which period."""

from billing.subscriptions.lines import NO_DISCOUNT, Discount
from billing.subscriptions.tables import Subscription


def present_discount(subscription: Subscription) -> Discount:
    """The discount on the period that was billed last."""
    return _terms(subscription) if subscription.is_period_discounted else NO_DISCOUNT


def next_discount(subscription: Subscription) -> Discount:
    """The discount on the next period to be billed."""
    has_one = subscription.coupon_id is not None and subscription.discount_periods != 0
    return _terms(subscription) if has_one else NO_DISCOUNT


def spend_discount(subscription: Subscription) -> None:
    """A period begins: say whether it is discounted, and count it."""
    subscription.is_period_discounted = next_discount(subscription) is not NO_DISCOUNT
    if subscription.discount_periods:
        subscription.discount_periods -= 1


def _terms(subscription: Subscription) -> Discount:
    return Discount(subscription.discount_ppm, subscription.discount_minor)
