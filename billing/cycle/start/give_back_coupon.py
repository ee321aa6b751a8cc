"""Give back a coupon that a subscription redeemed which never began."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.catalog.tables import Coupon
from billing.subscriptions.tables import Subscription, SubscriptionStatus


def give_back_coupon(session: Session, subscription: Subscription) -> None:
    """Uncount the redemption, if the subscription is incomplete still: somebody else may have the coupon.

    The caller holds the subscription's row lock and ends it next, so that nothing is given back twice.
    """
    if subscription.coupon_id is None or subscription.status is not SubscriptionStatus.INCOMPLETE:
        return
    given_back = update(Coupon).where(Coupon.id == subscription.coupon_id)
    session.execute(
        given_back.values(redemptions=Coupon.redemptions - 1), execution_options={"synchronize_session": False}
    )
