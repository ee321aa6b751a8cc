"""What follows when a gateway refuses a charge as too small: it is carried over, as what we know to be too small.

A gateway may decide which those are by the currency in which it pays out, at the rate of the day: no table has it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.settle import Settlement, settle_invoice
from billing.invoices.tables import CHARGEABLE, Invoice, InvoiceStatus
from billing.ledger.post import post
from billing.money import Money
from billing.outcomes.invoice_paid import invoices_paid
from billing.receipts.carry_over import carry_over


def charge_too_small(session: Session, invoice: Invoice, now: datetime) -> None:
    """Let the account owe what is left of an invoice, and do what being paid does.

    It says nothing of the card, so nobody is dunned or told. A purchase is issued by it. The caller holds the invoice's
    row lock; `now` is the account's own time.
    """
    if invoice.status not in CHARGEABLE:
        return
    is_purchase = invoice.status is InvoiceStatus.DRAFT
    owed = [issue_invoice(session, invoice, now, now)] if is_purchase else []
    left = Money(invoice.left_minor, invoice.currency)
    post(session, [*owed, carry_over(session, invoice, left, now)], now)
    settle_invoice(session, invoice, now, now)
    invoices_paid(session, [Settlement(invoice, now, now)])
    if is_purchase:
        number_invoice(session, invoice)
    session.flush()
