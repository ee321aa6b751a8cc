"""Give up the start of a subscription: what it was billed is void."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.tables import LIVE_ATTEMPTS, PaymentAttempt
from billing.receipts.void_invoice import void_issued
from billing.subscriptions.tables import Subscription


def give_up_start(session: Session, subscription: Subscription, now: datetime) -> bool:
    """Void the unpaid invoices of a subscription that never began; the kept money that was used on them comes back.

    Returns false, and does nothing, while a charge of one of them may still take the money. That includes a charge that
    is only written down: a worker may be sending it at this very moment. The caller holds the subscription's row lock
    and moves it to its end.
    """
    is_unpaid = (Invoice.subscription_id == subscription.id, Invoice.status == InvoiceStatus.PENDING)
    count = session.scalar(select(func.count()).where(*is_unpaid))
    # Skips what is locked instead of waiting for it: whoever records a payment holds the invoice and wants the
    # subscription next, which our caller holds. Waiting here would be a deadlock.
    locked = select(Invoice).where(*is_unpaid).order_by(Invoice.id).with_for_update(skip_locked=True)
    invoices = session.scalars(locked).all()
    # only now that the invoices are locked: an earlier statement would not see a charge that was begun a moment ago
    if len(invoices) != count or _is_being_charged(session, invoices):
        return False
    for invoice in invoices:
        void_issued(session, invoice, now)
    return True


def _is_being_charged(session: Session, invoices: Sequence[Invoice]) -> bool:
    under_way = exists().where(
        PaymentAttempt.invoice_id.in_([invoice.id for invoice in invoices]), PaymentAttempt.status.in_(LIVE_ATTEMPTS)
    )
    return bool(session.scalar(select(under_way)))
