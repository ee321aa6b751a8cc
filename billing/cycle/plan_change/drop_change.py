"""Drop a change of plan that was not paid: the subscription stays as it is, and the invoice of the change is void."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.credit_notes.void_invoice import void_issued
from billing.errors import Rejected
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.cancel_under_way import cancel_under_way
from billing.subscriptions.pending_changes import find_pending_change
from billing.subscriptions.tables import PendingChange, Subscription


def drop_change(session: Session, subscription: Subscription, now: datetime) -> None:
    """Drop the change that waits, if one does: its owner wants something else now.

    The caller holds the subscription's row lock. Raises Rejected `change_pending` while its money may be under way.
    """
    change = find_pending_change(session, subscription.id)
    if change is not None and not give_up_change(session, change, now):
        detail = "A change of plan is just being paid for; ask again when its outcome is known."
        raise Rejected("change_pending", detail, status=409)


def lock_bill(session: Session, change: PendingChange) -> Invoice | None:
    """The invoice of a change, nobody else's until commit; None where somebody else has it."""
    locked = select(Invoice).where(Invoice.id == change.invoice_id).with_for_update(skip_locked=True)
    return session.scalar(locked.execution_options(populate_existing=True))


def give_up_change(session: Session, change: PendingChange, now: datetime) -> bool:
    """Void the invoice of a change, and keep for the account what has paid of it.

    False, and nothing is void, when it was paid, or while something may still take the money; that is canceled at its
    gateway after the commit. Waits for nobody: whatever somebody does with the invoice now, it is not to be void.
    """
    invoice = lock_bill(session, change)
    # only now that the invoice is locked: an earlier statement would not see a charge that was begun a moment ago
    if invoice is None or invoice.status is not InvoiceStatus.PENDING or not cancel_under_way(session, invoice.id):
        return False
    void_issued(session, invoice, now)
    change.ended_at = now
    session.flush()  # another change may be written next, and there is one at a time
    return True
