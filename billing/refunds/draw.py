"""Draw kept money that goes back, or that a dispute has taken."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from billing.receipts.tables import Receipt
from billing.receipts.write import write_draws
from billing.refunds.tables import Refund
from database.ids import uuid7


def draw_kept(session: Session, kept: Sequence[Receipt], refund: Refund, amount_minor: int) -> None:
    """Let so much go back out of what is kept of these receipts, the first of them first; all of it is there."""
    draw_for(session, kept, {"refund_id": refund.id}, amount_minor)


def draw_for(session: Session, kept: Sequence[Receipt], whom: Mapping[str, UUID], amount_minor: int) -> None:
    """The same for whatever the allocations name."""
    missing, rows, drawn = amount_minor, [], []
    for receipt in kept:
        share = min(missing, max(receipt.kept_minor, 0))
        if share:
            receipt.allocated_minor += share
            rows.append({"id": uuid7(), "receipt_id": receipt.id, "amount_minor": share, **whom})
            drawn.append(receipt)
            missing -= share
    write_draws(session, rows, drawn)
