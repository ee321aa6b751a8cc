"""Give back a trial that was to begin on a page and never did."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.subscriptions.tables import Subscription, SubscriptionStatus, Trial


def give_back_trial(session: Session, subscription: Subscription) -> None:
    """Let the account have its trial another time, if the subscription is incomplete still.

    A trial that it had in another subscription stays remembered. The caller holds the subscription's row lock and ends
    it next.
    """
    if subscription.status is SubscriptionStatus.INCOMPLETE:
        of_this = Trial.account_id == subscription.account_id, Trial.subscription_id == subscription.id
        session.execute(delete(Trial).where(*of_this))
