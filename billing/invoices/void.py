"""Void an invoice that nobody will pay."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.balance.tables import AccountBalance
from billing.errors import Rejected
from billing.invoices.rules import check_transition
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money


def void_draft(invoice: Invoice, now: datetime) -> None:
    """Void a draft; it has no number and no ledger entry, so nothing else changes. The caller holds its row lock.

    Raises Rejected `invoice_state` when the invoice is past its draft: an issued one is voided with its ledger entries.
    """
    if invoice.status is not InvoiceStatus.DRAFT:
        raise Rejected("invoice_state", f"Only a draft can be dropped; this invoice is {invoice.status}.", status=409)
    invoice.status, invoice.voided_at = InvoiceStatus.VOID, now


def void_issued(session: Session, invoice: Invoice, now: datetime) -> None:
    """Void an issued invoice that was not paid: it keeps its number, nothing is owed any more, kept money comes back.

    The caller holds its row lock and knows that no charge of it is under way. Raises Rejected `invoice_state`.
    """
    check_transition(invoice.status, InvoiceStatus.VOID)
    invoice.status, invoice.voided_at = InvoiceStatus.VOID, now
    used = Money(invoice.balance_used_minor, invoice.currency)
    post(session, [_reversed(invoice, used)], now)
    if used.minor:
        invoice.balance_used_minor = 0
        session.execute(
            update(AccountBalance)
            .where(AccountBalance.account_id == invoice.account_id, AccountBalance.currency == invoice.currency)
            .values(balance_minor=AccountBalance.balance_minor + used.minor)
        )


def _reversed(invoice: Invoice, used: Money) -> Movement:
    total = Money(invoice.total_minor, invoice.currency)
    sides = (
        Side(LedgerAccount.RECEIVABLE, used - total),
        Side(LedgerAccount.DEFERRED_REVENUE, Money(invoice.subtotal_minor, invoice.currency)),
        Side(LedgerAccount.TAX_PAYABLE, Money(invoice.tax_minor, invoice.currency)),
        Side(LedgerAccount.CUSTOMER_BALANCE, -used),
    )
    return Movement(LedgerReason.INVOICE_VOIDED, f"invoice_voided/{invoice.id}", invoice.account_id, sides)
