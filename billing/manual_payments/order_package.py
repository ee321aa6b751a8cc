"""Sell a credit package that is paid past every gateway: its invoice is issued before the money comes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.amount_rules import load_amount_rules
from billing.catalog.queries import get_package
from billing.errors import Rejected
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.issue import TRANSFER_TERM, issue_invoice, number_invoice
from billing.invoices.rules import package_line
from billing.invoices.tables import Invoice, InvoiceReason
from billing.ledger.post import post
from billing.manual_payments.choose import remember
from billing.payment_methods.check_offered import check_offered
from billing.payment_methods.tables import ManualMethod
from billing.tax.queries import decide_tax
from database.outbox import stage


def order_package(
    session: Session, account_id: UUID, slug: str, method: ManualMethod, cause: str, now: datetime
) -> Invoice:
    """Issue its invoice; the credits are granted when that is covered. `now` is the account's time.

    The amounts are such that a card could pay it as well. Raises Rejected `account_not_found`, `package_not_found`,
    `method_not_offered` and `nothing_to_pay`. The database refuses a second invoice of the same cause (IntegrityError).
    """
    account, package = get_account(session, account_id), get_package(session, slug)
    check_offered(session, account, method, package.currency)
    step = load_amount_rules(session, package.currency).of(None, package.currency).step
    tax = decide_tax(session, account.country, now.date())
    new = NewInvoice(account.id, cause, InvoiceReason.PURCHASE, [package_line(package, step)], tax)
    invoice = draft_invoice(session, new)
    if not invoice.total_minor:
        raise Rejected("nothing_to_pay", "This package costs nothing; there is nothing to pay.")
    post(session, [issue_invoice(session, invoice, now + TRANSFER_TERM, now)], now)
    remember(session, invoice.id, method)
    # the paper is mailed with the instructions once it is rendered
    stage(session, "invoice_pdf", invoice.id, f"invoice_pdf/{invoice.id}/issued")
    number_invoice(session, invoice)
    session.flush()
    return invoice
