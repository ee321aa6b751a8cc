"""Void an issued invoice: nothing is owed any more, and what was paid of it is kept."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.credit_notes.issue import taken_back
from billing.credit_notes.queries import parts_left
from billing.credit_notes.rules import gross_of, voided_cause
from billing.invoices.states import move
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.receive import allocation_row
from billing.receipts.tables import Allocation, Receipt
from billing.receipts.write import write_draws
from database.outbox import stage


def void_issued(session: Session, invoice: Invoice, now: datetime) -> None:
    """Void an issued invoice that was not paid in full: it keeps its number, and what paid of it is the customer's.

    What was owed from before and asked for with it is owed again. Its credit note follows, because the numbers of a
    month are given last of all, and whoever voids an invoice may go on. See `credit_voided`.

    The caller holds its row lock and knows that no charge of it is under way. Raises Rejected `invoice_state`.
    """
    move(invoice, InvoiceStatus.VOID)
    invoice.voided_at = now
    left, unpaid_minor = parts_left(session, invoice.id), invoice.left_minor
    paid_minor = gross_of(left) - unpaid_minor
    owed = Side(LedgerAccount.RECEIVABLE, Money(-unpaid_minor, invoice.currency))
    kept = Side(LedgerAccount.CUSTOMER_BALANCE, Money(-paid_minor, invoice.currency))
    sides = (*taken_back(left, invoice.currency), owed, kept)
    post(session, [Movement(LedgerReason.INVOICE_VOIDED, voided_cause(invoice.id), invoice.account_id, sides)], now)
    invoice.balance_used_minor = invoice.carried_over_minor = invoice.contested_minor = 0
    invoice.allocated_minor -= paid_minor
    _release(session, invoice, paid_minor)
    stage(session, "invoice_voided", invoice.id, voided_cause(invoice.id))


def _release(session: Session, invoice: Invoice, paid_minor: int) -> None:
    """Take back what was paid and is on no credit note; the receipts are locked in the order of their ids."""
    paid = select(Allocation.receipt_id, func.sum(Allocation.amount_minor)).where(Allocation.invoice_id == invoice.id)
    shares = {receipt_id: int(minor) for receipt_id, minor in session.execute(paid.group_by(Allocation.receipt_id))}
    locked = select(Receipt).where(Receipt.id.in_(shares)).order_by(Receipt.id).with_for_update()
    receipts = {each.id: each for each in session.scalars(locked.execution_options(populate_existing=True))}
    released = _released(shares, paid_minor)
    for receipt_id, share in released.items():
        receipts[receipt_id].allocated_minor -= share
    taken_back = [allocation_row(receipt_id, invoice.id, -share) for receipt_id, share in released.items()]
    write_draws(session, taken_back, [receipts[receipt_id] for receipt_id in released])


def _released(shares: Mapping[UUID, int], paid_minor: int) -> dict[UUID, int]:
    """Of which receipt how much: first all that was owed from before, which is below zero."""
    released, missing = {}, paid_minor
    for receipt_id, share in sorted(shares.items(), key=lambda paid: paid[1] >= 0):
        minor = min(share, missing) if share >= 0 else share
        if minor:
            released[receipt_id] = minor
            missing -= minor
    return released
