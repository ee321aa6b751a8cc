"""Stop to collect: nobody is to be asked for this money any more."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.dunning.queries import is_unpaid_of, lock_dunning, lock_owner
from billing.dunning.states import move
from billing.dunning.tables import Dunning, DunningState
from billing.invoices.give_up import give_up_invoice
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.subscriptions.rules import ENDED
from billing.subscriptions.tables import PayBy, Subscription


def stop_collecting(session: Session, subscription: Subscription, now: datetime) -> None:
    """Charge nothing more of a subscription that ends: what is unpaid is uncollectible, dunned, marked unpaid or not.

    A charge that is not sent yet is dropped then, and one that is under way may still pay its invoice. A transfer that
    was asked for is still awaited. As at Stripe (https://docs.stripe.com/billing/subscriptions/cancel): open invoices
    are not collected any more. The caller holds the subscription's row lock.
    """
    owed = select(Invoice).where(is_unpaid_of(subscription)).order_by(Invoice.id).with_for_update()
    for invoice in session.scalars(owed).all():
        dunning = lock_dunning(session, invoice.id)
        if dunning is not None or subscription.pay_by is PayBy.CARD:
            close_dunning(invoice, dunning, DunningState.STOPPED, now)


def stop_if_ended(session: Session, invoice: Invoice, dunning: Dunning, now: datetime) -> bool:
    """Stop one dunning whose subscription has ended; false, and nothing done, when it goes on. Both rows are locked."""
    if dunning.subscription_id is None or lock_owner(session, dunning.subscription_id).status not in ENDED:
        return False
    close_dunning(invoice, dunning, DunningState.STOPPED, now)
    return True


def close_dunning(invoice: Invoice, dunning: Dunning | None, state: DunningState, now: datetime) -> None:
    """End a dunning that is open, and give up its invoice unless it was paid or voided. Both rows are locked."""
    if dunning is not None and dunning.state is DunningState.OPEN:
        move(dunning, state, now)
    if invoice.status is InvoiceStatus.PENDING:
        give_up_invoice(invoice)
