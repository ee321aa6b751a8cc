"""Try at once what is unpaid: the customer has named another card."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.dunning.declines import TRANSFER_OVERDUE
from billing.dunning.queries import charges_of, lock_dunning
from billing.dunning.stop import stop_if_ended
from billing.dunning.tables import Dunning
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.cancel_under_way import close_page
from billing.payments.intend_charge import intend_charge
from billing.subscriptions.pending_changes import is_too_late
from billing.subscriptions.queries import is_start_over, lock_in_order
from billing.subscriptions.tables import Collection, PendingChange, Subscription, SubscriptionStatus


def retry_at_once(session: Session, account_id: UUID, now: datetime) -> int:
    """Charge the default card for every unpaid invoice that waits for money; how many charges.

    Those are invoices that are being dunned, those that were in vain and are marked unpaid, those of a start, and those
    of a change of plan that waits. One with a charge under way is left alone: if that is declined, `charge_failed` sees
    that there is a new card. A page that is open is closed first, and `attempt_ended` sees it.
    """
    return sum(retry_invoice(session, invoice, now) for invoice in _lock_unpaid(session, account_id))


def retry_invoice(session: Session, invoice: Invoice, now: datetime) -> bool:
    """Charge the default card for one unpaid invoice, whose row the caller holds; false when nothing was begun.

    What was owed for a subscription that has ended is not asked for any more, nor what a start or a change of plan
    costs after its time.
    """
    if is_too_late(session, invoice.id, now) or _is_start_over(session, invoice, now):
        return False
    dunning = lock_dunning(session, invoice.id)
    charges = charges_of(session, invoice.id)
    if not close_page(session, invoice.id) or (dunning is not None and stop_if_ended(session, invoice, dunning, now)):
        return False
    if intend_charge(session, invoice, f"new_card/{invoice.id}/{len(charges)}", now) is None:
        return False
    if dunning is not None:
        dunning.needs_new_card = False
    return True


def _is_start_over(session: Session, invoice: Invoice, now: datetime) -> bool:
    return invoice.subscription_id is not None and is_start_over(session, invoice.subscription_id, now)


def _lock_unpaid(session: Session, account_id: UUID) -> list[Invoice]:
    lock_in_order(session, select(Subscription.id).where(Subscription.account_id == account_id))
    # what is pending after its dunning is marked unpaid: all else was paid or given up
    # a transfer may be on its way: whoever pays so is not charged for having saved a card
    dunned = select(Dunning.invoice_id).where(Dunning.invoice_id == Invoice.id, Dunning.last_code != TRANSFER_OVERDUE)
    # where the gateway runs the cycle it is the gateway that asks for its invoices
    starting = select(Subscription.id).where(
        Subscription.account_id == account_id,
        Subscription.status == SubscriptionStatus.INCOMPLETE,
        Subscription.collection == Collection.CASHBEAT,
    )
    changing = select(PendingChange.invoice_id).where(PendingChange.invoice_id == Invoice.id, Invoice.gateway == "")
    unpaid = select(Invoice).where(
        Invoice.account_id == account_id,
        Invoice.status == InvoiceStatus.PENDING,
        dunned.exists() | Invoice.subscription_id.in_(starting) | changing.exists(),
    )
    return list(session.scalars(unpaid.order_by(Invoice.id).with_for_update(of=Invoice)))
