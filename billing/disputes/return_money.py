"""Return what came back of a disputed payment: to what it was taken out of, as far as that is owed still."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.disputes.claims import drawn_by
from billing.disputes.post_dispute import post_dispute
from billing.disputes.rules import spread
from billing.disputes.tables import Dispute
from billing.invoices.settle import Settlement, settle_invoices
from billing.invoices.tables import OWED, Invoice
from billing.ledger.tables import LedgerReason
from billing.payments.queries import invoice_asked_for
from billing.receipts.receive import Row, allocation_row
from billing.receipts.tables import Receipt
from billing.receipts.write import write_draws
from billing.refunds.refundable import Refundable, lock_refundable
from database.ids import uuid7


def return_money(session: Session, dispute: Dispute, amount_minor: int, now: datetime) -> list[Settlement]:
    """Put so much back, what was taken last first; returns the invoices that are paid by it.

    Kept money is kept again. What an invoice owes because it was charged back is paid again; if somebody has paid that
    in the meantime, the money is kept.
    """
    refundable = lock_refundable(session, dispute.receipt_id)
    returned = dict(spread(amount_minor, drawn_by(session, dispute.id)))
    paid = _paid_again(refundable.invoices.values(), returned.get(refundable.receipt.id, 0))
    _write(session, refundable, dispute, returned, paid)
    paid_minor = sum(minor for _, minor in paid)
    post_dispute(session, dispute, LedgerReason.DISPUTE_RETURNED, paid_minor - sum(returned.values()), -paid_minor, now)
    settled = [Settlement(invoice, now, now) for invoice, _ in paid if not invoice.left_minor]
    settle_invoices(session, settled)
    return settled


def _paid_again(invoices: Collection[Invoice], amount_minor: int) -> list[tuple[Invoice, int]]:
    owed = {each.id: each for each in invoices if each.status in OWED and each.charged_back_minor}
    shares = spread(amount_minor, [(each.id, min(each.left_minor, each.charged_back_minor)) for each in owed.values()])
    return [(owed[invoice_id], minor) for invoice_id, minor in shares]


def _write(
    session: Session,
    refundable: Refundable,
    dispute: Dispute,
    returned: Mapping[UUID, int],
    paid: Sequence[tuple[Invoice, int]],
) -> None:
    receipts = _lock(session, returned)
    rows: list[Row] = []
    for receipt in receipts:
        receipt.allocated_minor -= returned[receipt.id]
        row = {"id": uuid7(), "receipt_id": receipt.id, "dispute_id": dispute.id, "amount_minor": -returned[receipt.id]}
        rows.append(row)
    write_draws(session, rows, receipts)
    asked_for = invoice_asked_for(session, refundable.receipt.attempt_id)
    for invoice, minor in paid:
        refundable.receipt.allocated_minor += minor
        invoice.allocated_minor += minor
        invoice.balance_used_minor += 0 if invoice.id == asked_for else minor
    again = [allocation_row(refundable.receipt.id, invoice.id, minor) for invoice, minor in paid]
    write_draws(session, again, [refundable.receipt])


def _lock(session: Session, receipt_ids: Collection[UUID]) -> Sequence[Receipt]:
    """Nothing may be left of them, so that they are not among what is kept."""
    wanted = select(Receipt).where(Receipt.id.in_(receipt_ids)).order_by(Receipt.id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).all()
