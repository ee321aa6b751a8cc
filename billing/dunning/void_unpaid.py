"""A person takes back an issued invoice that is not paid."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credit_notes.void_invoice import void_issued
from billing.dunning.queries import lock_dunning, lock_owner
from billing.dunning.states import move
from billing.dunning.tables import DunningState
from billing.errors import Rejected
from billing.invoices.queries import get_invoice
from billing.invoices.tables import OWED, Invoice
from billing.payments.cancel_under_way import drop_unsent
from billing.payments.queries import live_attempt
from billing.subscriptions.rules import ENDED


def void_unpaid(session: Session, invoice_id: UUID, now: datetime) -> Invoice:
    """Void an issued invoice, and end its dunning; it keeps its number, and a credit note says so.

    What has paid a part of it is kept for the account. Raises Rejected `invoice_not_found`, `invoice_draft`,
    `invoice_void`, `invoice_paid` (also for what was paid once, and charged back: that is credited or written off),
    `gateway_collects`, `subscription_runs` where its subscription goes on: end that first, and `payment_under_way`
    while a payment of it is not answered yet.
    """
    invoice = _lock(session, invoice_id)
    _check(invoice)
    under_way = live_attempt(session, invoice_id)
    if under_way is not None and not drop_unsent(session, under_way.id):
        raise Rejected("payment_under_way", "A payment is being processed; ask again when its outcome is known.", 409)
    dunning = lock_dunning(session, invoice_id)
    if dunning is not None and dunning.state is DunningState.OPEN:
        move(dunning, DunningState.STOPPED, now)
    void_issued(session, invoice, now)
    session.flush()
    return invoice


def _lock(session: Session, invoice_id: UUID) -> Invoice:
    """First the subscription, then the invoice, as by all."""
    subscription_id = get_invoice(session, invoice_id).subscription_id
    if subscription_id is not None and lock_owner(session, subscription_id).status not in ENDED:
        raise Rejected("subscription_runs", "End its subscription first: that is asked for its money.", status=409)
    return session.get_one(Invoice, invoice_id, with_for_update=True, populate_existing=True)


def _check(invoice: Invoice) -> None:
    if invoice.gateway:
        raise Rejected("gateway_collects", f"{invoice.gateway} collects this invoice by itself.", status=409)
    if invoice.status not in OWED:
        detail = f"The invoice is {invoice.status}: what is paid is refunded or credited, not voided."
        raise Rejected(f"invoice_{invoice.status}", detail, status=409)
    if invoice.charged_back_minor:
        raise Rejected("invoice_paid", "It was paid, and charged back: write it off, or credit it.", status=409)
