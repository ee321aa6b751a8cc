"""Intend to be paid for an issued invoice on a hosted page, where the customer is there in person."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account, get_customer_ref
from billing.catalog.amount_rules import load_amount_rules
from billing.catalog.check_amount import check_step
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.invoices.tables import OWED, Invoice
from billing.money import Money
from billing.payment_methods.check_offered import check_offered
from billing.payments.cancel_under_way import drop_unsent
from billing.payments.queries import live_attempt
from billing.payments.start_checkout import Page, attempt_on_page
from billing.payments.tables import AttemptKind, PaymentAttempt
from schemas.commands.payments import PayInvoice


def check_payable(invoice: Invoice) -> None:
    """Raises Rejected `invoice_paid`, `invoice_void` or `invoice_draft`. What was given up may still be paid."""
    if invoice.status not in OWED:
        raise Rejected(f"invoice_{invoice.status}", f"The invoice is {invoice.status}: it cannot be paid.", status=409)


def intend_page(session: Session, cause: str, command: PayInvoice, gateway: str, wall: Wall) -> PaymentAttempt:
    """The attempt to be paid what is left of an invoice; a repeat of the same cause returns the same.

    Of another cause it is what is under way for the invoice already: it has to end first, or is the page that is open.
    A charge that was not sent yet makes way at once. Raises Rejected `invoice_not_found`, `method_not_offered`,
    `amount_too_fine` for what the gateway cannot be asked for, and as `check_payable`.
    """
    known = session.scalar(select(PaymentAttempt).where(PaymentAttempt.cause == cause))
    if known is not None:
        return known
    invoice = _lock(session, command.invoice_id)
    check_payable(invoice)
    check_offered(session, get_account(session, invoice.account_id), gateway, invoice.currency)
    rule = load_amount_rules(session, invoice.currency).of(gateway, invoice.currency)
    check_step(Money(invoice.left_minor, invoice.currency), rule)
    under_way = live_attempt(session, invoice.id)
    if under_way is not None and not drop_unsent(session, under_way.id):
        return under_way
    return _write(session, cause, invoice, command, gateway, wall)


def _lock(session: Session, invoice_id: UUID) -> Invoice:
    invoice = session.get(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    if invoice is None:
        raise Rejected("invoice_not_found", f"There is no invoice {invoice_id}.", status=404)
    return invoice


def _write(
    session: Session, cause: str, invoice: Invoice, command: PayInvoice, gateway: str, wall: Wall
) -> PaymentAttempt:
    account = get_account(session, invoice.account_id)
    page = Page(
        lines=[[f"Invoice {invoice.number}", 1, invoice.left_minor]],
        customer_ref=get_customer_ref(session, account.id, gateway),
        customer_email=account.billing_email,
        success_url=command.success_url,
        cancel_url=command.cancel_url,
        # a subscription goes on: the next invoice can be charged to it
        saves_method=invoice.subscription_id is not None,
        marks={"invoice_number": invoice.number or ""},
    )
    attempt = attempt_on_page(invoice, AttemptKind.PAGE, cause, gateway, page, wall)
    session.add(attempt)
    return attempt
