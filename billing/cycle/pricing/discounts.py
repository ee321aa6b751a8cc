"""Which discount counts for which period, and for how many."""

from collections.abc import Mapping
from uuid import UUID

from billing.catalog.tables import Interval
from billing.catalog.terms import MONTHS
from billing.cycle.pricing.lines import NO_DISCOUNT, Discount
from billing.subscriptions.tables import Subscription, SubscriptionStatus

# such a coupon is for one invoice, as long as its period may be
ONCE = 1


def present_discount(subscription: Subscription) -> Discount:
    """The discount on the period that was billed last."""
    return _terms(subscription) if subscription.is_period_discounted else NO_DISCOUNT


def next_discount(subscription: Subscription) -> Discount:
    """The discount on the next period to be billed."""
    has_one = subscription.coupon_id is not None and subscription.discount_periods != 0
    return _terms(subscription) if has_one else NO_DISCOUNT


def lasting_discount(subscription: Subscription) -> Discount:
    """The discount that every period to come will have; none when it runs out."""
    is_for_ever = subscription.coupon_id is not None and subscription.discount_periods is None
    return _terms(subscription) if is_for_ever else NO_DISCOUNT


def spend_discount(subscription: Subscription) -> None:
    """A period begins: say whether it is discounted, and count it."""
    subscription.is_period_discounted = next_discount(subscription) is not NO_DISCOUNT
    if subscription.discount_periods:
        subscription.discount_periods -= 1


def convert_periods(periods: int, before_months: int, after_months: int) -> int:
    """So many periods counted in periods of another length: the months stay, and a period that is begun counts whole.

    Stripe counts months, too, and discounts every invoice of that time
    (https://docs.stripe.com/api/coupons/object, duration_in_months): three months are one invoice of a year.
    """
    return -(-periods * before_months // after_months)


def convert_discount(subscription: Subscription, interval: Interval, coupon_periods: Mapping[UUID, int]) -> None:
    """The interval is about to be another: count what is left of the coupon in its periods.

    `coupon_periods` tells for how many periods the coupon was issued. Never none from some nor some from none, so the
    next period is discounted or not as it was.
    """
    left = subscription.discount_periods
    if not left or subscription.coupon_id is None:
        return
    issued = coupon_periods[subscription.coupon_id]
    if issued == ONCE:
        return
    if subscription.status is SubscriptionStatus.TRIALING and left != issued:
        # nothing of it is used yet: back in the interval it was redeemed for, it must not have grown by rounding up
        subscription.discount_periods = issued
    else:
        subscription.discount_periods = convert_periods(left, MONTHS[subscription.interval], MONTHS[interval])


def _terms(subscription: Subscription) -> Discount:
    return Discount(subscription.discount_ppm, subscription.discount_minor)
