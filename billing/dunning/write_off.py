"""A person says that nobody is to be asked for an invoice's money any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.dunning.queries import lock_dunning, lock_owner
from billing.dunning.stop import close_dunning
from billing.dunning.tables import DunningState
from billing.errors import Rejected
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.subscriptions.rules import ENDED


def write_off(session: Session, invoice_id: UUID, now: datetime) -> Invoice:
    """Mark an issued invoice that nobody paid uncollectible, and end its dunning. It may still be paid.

    As at Stripe it stays owed, and the ledger as it is. A charge that is under way may still pay it. Raises Rejected
    `invoice_not_found`, `invoice_state` unless it is pending, and `subscription_runs` where its subscription goes on:
    end that first, or what it is owed would be asked for again with the next period.
    """
    subscription_id = get_invoice(session, invoice_id).subscription_id
    if subscription_id is not None and lock_owner(session, subscription_id).status not in ENDED:
        raise Rejected("subscription_runs", "End its subscription first: that is asked for its money.", status=409)
    invoice = session.get_one(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    if invoice.status is not InvoiceStatus.PENDING:
        detail = f"An invoice that is {invoice.status} is not written off."
        raise Rejected("invoice_state", detail, status=409)
    close_dunning(invoice, lock_dunning(session, invoice_id), DunningState.STOPPED, now)
    session.flush()
    return invoice
