"""Mail an invoice that was issued, as often as somebody asks for it, but not more often than once an hour."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.errors import Rejected
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.mail.queries import find_stop
from database.outbox import stage

# Nobody reads the same paper twice in an hour; whoever presses a button in a rage fills no mailbox.
APART = timedelta(hours=1)


def send_invoice(session: Session, invoice_id: UUID, wall_at: datetime) -> datetime:
    """Stage the mail; returns from when on another one is sent. Asked for again before, nothing more happens.

    `wall_at` is the wall clock's time: mailboxes do not live by test clocks. The hours are those of UTC, so the
    database's unique cause is the limit. Raises Rejected `invoice_not_found`, `invoice_draft`, `invoice_void`, and
    `mail_stopped` where the address takes none.
    """
    invoice = get_invoice(session, invoice_id)
    _check(invoice)
    stopped = find_stop(session, get_account(session, invoice.account_id).billing_email)
    if stopped is not None:
        detail = f"No mail is sent to the account's billing address any more: the last one {stopped.reason}."
        raise Rejected("mail_stopped", detail, status=409)
    hour = wall_at.replace(minute=0, second=0, microsecond=0)
    stage(session, "invoice_sent", invoice_id, f"invoice_sent/{invoice_id}/{hour:%Y-%m-%dT%H}")
    return hour + APART


def _check(invoice: Invoice) -> None:
    if invoice.status is InvoiceStatus.DRAFT:
        raise Rejected("invoice_draft", "The invoice is a draft: it is not issued yet.", status=409)
    if invoice.status is InvoiceStatus.VOID:
        raise Rejected("invoice_void", "The invoice is void: nothing is owed for it.", status=409)
