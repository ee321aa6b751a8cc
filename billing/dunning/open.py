"""Open the dunning of an invoice."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from billing.dunning.queries import good_hour
from billing.dunning.rules import freeze, terms_of
from billing.dunning.states import move
from billing.dunning.tables import Dunning, DunningPolicy, DunningState
from billing.invoices.tables import Invoice
from billing.subscriptions.tables import Subscription


def open_dunning(session: Session, invoice: Invoice, subscription: Subscription, now: datetime) -> Dunning:
    """Begin to dun: the subscription's policy as it is now, no attempt counted yet, nothing planned yet.

    The caller holds the locks of the invoice and of the subscription.
    """
    dunning = Dunning(
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        subscription_id=subscription.id,
        clock_id=subscription.clock_id,
        state=DunningState.OPEN,
        **_begun(session, invoice, subscription, now),
    )
    session.add(dunning)
    return dunning


def open_again(session: Session, dunning: Dunning, invoice: Invoice, subscription: Subscription, now: datetime) -> None:
    """Begin from the start with an invoice that was dunned before; the caller holds its dunning, too."""
    move(dunning, DunningState.OPEN, now)
    for name, value in _begun(session, invoice, subscription, now).items():
        setattr(dunning, name, value)


def _begun(session: Session, invoice: Invoice, subscription: Subscription, now: datetime) -> dict[str, Any]:
    policy = session.get_one(DunningPolicy, subscription.dunning_policy)
    frozen = freeze(policy, good_hour(session, invoice.account_id, now))
    return {"policy": frozen, "attempts": 0, "opened_at": now, "ends_at": terms_of(frozen).ends_at(now)}
