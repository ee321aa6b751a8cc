"""Owe from before: what an invoice asked for on top of its total is owed again, when a bank has taken that back."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.disputes.rules import Shares, spread
from billing.invoices.tables import Invoice
from billing.receipts.receive import allocation_row
from billing.receipts.tables import Allocation, Receipt
from billing.receipts.write import write_draws


def owe_from_before(session: Session, invoices: Mapping[UUID, Invoice], paid: Shares, amount_minor: int) -> Shares:
    """Let the account owe again what was carried over to invoices and `paid` with them, no more than so much.

    The next invoice asks for it, as these did. Returns how much that is of each. The caller holds the invoices, and
    takes the payment off them.
    """
    shares = spread(amount_minor, [(each, min(minor, -invoices[each].balance_used_minor)) for each, minor in paid])
    for invoice_id, minor in shares:
        invoices[invoice_id].balance_used_minor += minor
        _carry_over(session, invoice_id, minor)
    return shares


def _carry_over(session: Session, invoice_id: UUID, amount_minor: int) -> None:
    """An invoice has taken it back with allocations below zero, see `share_of_kept`: now these are taken back."""
    session.flush()
    share = func.sum(Allocation.amount_minor)
    asked = select(Allocation.receipt_id, -share).where(Allocation.invoice_id == invoice_id)
    rows = session.execute(asked.group_by(Allocation.receipt_id).having(share < 0).order_by(Allocation.receipt_id))
    shares = dict(spread(amount_minor, [(receipt_id, int(minor)) for receipt_id, minor in rows]))
    locked = select(Receipt).where(Receipt.id.in_(shares)).order_by(Receipt.id).with_for_update()
    receipts = session.scalars(locked.execution_options(populate_existing=True)).all()
    for receipt in receipts:
        receipt.allocated_minor += shares[receipt.id]
    write_draws(session, [allocation_row(each.id, invoice_id, shares[each.id]) for each in receipts], receipts)
