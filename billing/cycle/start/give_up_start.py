"""Give up the start of a subscription: what it was billed is void."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.credit_notes.void_invoice import void_issued
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.cancel_under_way import cancel_under_way
from billing.subscriptions.tables import Subscription


def give_up_start(session: Session, subscription: Subscription, now: datetime) -> bool:
    """Void the unpaid invoices of a subscription that never began; the kept money that was used on them comes back.

    Returns false, and voids nothing, while something may still take the money; that is canceled at its gateway after
    the commit. The caller holds the subscription's row lock and moves it to its end.
    """
    invoices = lock_unpaid(session, subscription)
    if invoices is None:
        return False
    # only now that the invoices are locked: an earlier statement would not see a charge that was begun a moment ago
    are_free = [cancel_under_way(session, invoice.id) for invoice in invoices]
    if not all(are_free):
        return False
    for invoice in invoices:
        void_issued(session, invoice, now)
    return True


def lock_unpaid(session: Session, subscription: Subscription) -> Sequence[Invoice] | None:
    """Its unpaid invoices, nobody else's until commit; None where somebody else has one.

    Waits for nobody: whatever somebody does with such a bill now, it is not to be void.
    """
    is_unpaid = (Invoice.subscription_id == subscription.id, Invoice.status == InvoiceStatus.PENDING)
    count = session.scalar(select(func.count()).where(*is_unpaid))
    invoices = session.scalars(select(Invoice).where(*is_unpaid).order_by(Invoice.id).with_for_update(skip_locked=True))
    locked = invoices.all()
    return locked if len(locked) == count else None
