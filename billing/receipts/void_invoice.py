"""Void an issued invoice: nothing is owed any more, and what was paid of it is kept."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.invoices.states import move
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.receive import allocation_row
from billing.receipts.tables import Allocation, Receipt
from billing.receipts.write import write_draws


def void_issued(session: Session, invoice: Invoice, now: datetime) -> None:
    """Void an issued invoice that was not paid in full: it keeps its number, and what paid of it is the customer's.

    What was owed from before and asked for with it is owed again.

    The caller holds its row lock and knows that no charge of it is under way. Raises Rejected `invoice_state`.
    """
    move(invoice, InvoiceStatus.VOID)
    invoice.voided_at = now
    post(session, [_reversed(invoice)], now)
    invoice.balance_used_minor = invoice.carried_over_minor = invoice.allocated_minor = 0
    _release(session, invoice)


def _release(session: Session, invoice: Invoice) -> None:
    """Take back every allocation; the receipts are locked in the order of their ids."""
    paid = select(Allocation.receipt_id, func.sum(Allocation.amount_minor)).where(Allocation.invoice_id == invoice.id)
    shares = {receipt_id: int(minor) for receipt_id, minor in session.execute(paid.group_by(Allocation.receipt_id))}
    locked = select(Receipt).where(Receipt.id.in_(shares)).order_by(Receipt.id).with_for_update()
    receipts = session.scalars(locked.execution_options(populate_existing=True)).all()
    released = [(receipt, shares[receipt.id]) for receipt in receipts if shares[receipt.id]]
    for receipt, share in released:
        receipt.allocated_minor -= share
    taken_back = [allocation_row(receipt.id, invoice.id, -share) for receipt, share in released]
    write_draws(session, taken_back, [receipt for receipt, _ in released])


def _reversed(invoice: Invoice) -> Movement:
    paid, total = Money(invoice.allocated_minor, invoice.currency), Money(invoice.total_minor, invoice.currency)
    sides = (
        Side(LedgerAccount.RECEIVABLE, paid - total),
        Side(LedgerAccount.DEFERRED_REVENUE, Money(invoice.subtotal_minor, invoice.currency)),
        Side(LedgerAccount.TAX_PAYABLE, Money(invoice.tax_minor, invoice.currency)),
        Side(LedgerAccount.CUSTOMER_BALANCE, -paid),
    )
    return Movement(LedgerReason.INVOICE_VOIDED, f"invoice_voided/{invoice.id}", invoice.account_id, sides)
