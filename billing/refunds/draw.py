"""Draw kept money for a refund."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from billing.receipts.tables import Receipt
from billing.receipts.write import write_draws
from billing.refunds.tables import Refund
from database.ids import uuid7


def draw_kept(session: Session, kept: Sequence[Receipt], refund: Refund, amount_minor: int) -> None:
    """Let so much go back out of what is kept of these receipts, the first of them first; all of it is there."""
    missing, rows, drawn = amount_minor, [], []
    for receipt in kept:
        share = min(missing, max(receipt.kept_minor, 0))
        if share:
            receipt.allocated_minor += share
            rows.append({"id": uuid7(), "receipt_id": receipt.id, "refund_id": refund.id, "amount_minor": share})
            drawn.append(receipt)
            missing -= share
    write_draws(session, rows, drawn)
