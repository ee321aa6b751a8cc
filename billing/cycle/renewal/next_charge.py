"""What the next period of a subscription will cost, by the rules that will bill it. A read: nothing of it is kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.cycle.renewal.due import load_surroundings
from billing.cycle.renewal.next_period import begin_next_period
from billing.money import Money
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import Collection, SubscriptionStatus

BILLED = (SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class NextCharge:
    """At `at`: the invoice's `total` with its tax, and what is `left` to pay of it once kept money has been used."""

    at: datetime
    total: Money
    left: Money


def next_charge(session: Session, subscription_id: UUID) -> NextCharge | None:
    """As it would be if nothing changed until then; None where no next period is billed here.

    Raises Rejected `subscription_not_found`. Lets go of all that the session has read, since the rules move it on.
    """
    subscription = get_subscription(session, subscription_id)
    is_ours = subscription.collection is not Collection.GATEWAY
    if not is_ours or subscription.cancel_at_period_end or subscription.status not in BILLED:
        return None
    at = subscription.period_end
    around = load_surroundings(session, [subscription], at.date(), for_show=True)
    session.expunge_all()
    renewal = begin_next_period(subscription, around, at)
    return NextCharge(at, renewal.invoice.totals.total, renewal.left)
