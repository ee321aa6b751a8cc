"""Bill an account by hand: somebody says what for, and the customer pays it in whichever way they like."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from billing.invoices.draft import draft_invoice
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.settle import settle_invoice
from billing.invoices.stage_receipt import UNSENT
from billing.invoices.tables import Invoice
from billing.ledger.post import post
from billing.manual_payments.choose import remember
from billing.manual_payments.compose_bill import compose_bill
from billing.manual_payments.wish import BillByHand
from billing.receipts.kept_money import use_kept
from database.outbox import stage


def bill_account(session: Session, wanted: BillByHand, now: datetime) -> Invoice:
    """Issue the invoice; what is kept for the account pays of it, and may pay it. `now` is the account's time.

    Raises Rejected as `compose_bill`. The database refuses a second invoice of the same cause (IntegrityError).
    """
    invoice = draft_invoice(session, compose_bill(session, wanted, now))
    kept = use_kept(session, invoice, now, by_card=False)
    owed = issue_invoice(session, invoice, now + timedelta(days=wanted.due_days), now)
    post(session, [owed, *kept], now)
    if wanted.method is not None:
        remember(session, invoice.id, wanted.method)
    if invoice.left_minor:
        # the paper is mailed once it is rendered, unless it is not to be
        cause = f"invoice_pdf/{invoice.id}/issued"
        stage(session, "invoice_pdf", invoice.id, cause if wanted.is_sent else cause + UNSENT)
    number_invoice(session, invoice)
    if not invoice.left_minor:
        settle_invoice(session, invoice, now, now)
    session.flush()
    return invoice
