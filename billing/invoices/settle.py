"""Settle an issued invoice with a captured payment."""

from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.credits.grant import grant_credits
from billing.credits.tables import CreditSource
from billing.invoices.rules import check_transition, expiry_when_paid
from billing.invoices.stage_receipt import stage_receipt
from billing.invoices.tables import Invoice, InvoiceLine, InvoiceStatus
from database.outbox import stage

# built once: it runs for every payment. The account comes along, also where no line promises anything.
PROMISED = (
    select(
        InvoiceLine.id, InvoiceLine.credits, InvoiceLine.credits_expire_at, InvoiceLine.period_start, Account.clock_id
    )
    .select_from(Account)
    .outerjoin(InvoiceLine, and_(InvoiceLine.invoice_id == bindparam("invoice_id"), InvoiceLine.credits > 0))
    .where(Account.id == bindparam("account_id"))
    .order_by(InvoiceLine.position)
)


def settle_invoice(session: Session, invoice: Invoice, paid_at: datetime, now: datetime) -> None:
    """Mark the invoice paid, grant the credits its lines promise, and stage its document, whose mail comes after it.

    On a test clock, where a year goes by in minutes, mails come at once and no document is rendered. The caller holds
    the invoice's row lock and posts the payment. Raises Rejected `invoice_state` unless it is open.
    """
    check_transition(invoice.status, InvoiceStatus.PAID)
    invoice.status, invoice.paid_at = InvoiceStatus.PAID, paid_at
    promised = session.execute(PROMISED, {"invoice_id": invoice.id, "account_id": invoice.account_id}).all()
    source = CreditSource.PACKAGE if invoice.subscription_id is None else CreditSource.PLAN
    for line in promised:
        if line.id is not None:
            grant_credits(
                session,
                invoice.account_id,
                source,
                f"invoice_line/{line.id}",
                line.credits,
                expiry_when_paid(line.period_start, line.credits_expire_at, paid_at),
                now,
                subscription_id=invoice.subscription_id,
            )
    if promised[0].clock_id is None:
        stage(session, "invoice_pdf", invoice.id, f"invoice_pdf/{invoice.id}")
    else:
        stage_receipt(session, invoice)
