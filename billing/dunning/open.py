"""Open the dunning of an invoice."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.dunning.queries import good_hour
from billing.dunning.rules import freeze, terms_of
from billing.dunning.tables import Dunning, DunningPolicy, DunningState
from billing.invoices.tables import Invoice
from billing.subscriptions.tables import Subscription


def open_dunning(session: Session, invoice: Invoice, subscription: Subscription, now: datetime) -> Dunning:
    """Begin to dun: the subscription's policy as it is now, no attempt counted yet, nothing planned yet.

    The caller holds the locks of the invoice and of the subscription.
    """
    policy = session.get_one(DunningPolicy, subscription.dunning_policy)
    frozen = freeze(policy, good_hour(session, invoice.account_id, now))
    dunning = Dunning(
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        subscription_id=subscription.id,
        clock_id=subscription.clock_id,
        state=DunningState.OPEN,
        policy=frozen,
        attempts=0,
        opened_at=now,
        ends_at=terms_of(frozen).ends_at(now),
    )
    session.add(dunning)
    return dunning
