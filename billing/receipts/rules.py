"""Pure rules of kept money."""

from collections.abc import Sequence
from uuid import UUID

from billing.money import Money
from billing.receipts.receive import Row, allocation_row
from billing.receipts.tables import Receipt


def share_of_kept(kept: Money, total: Money, least: Money | None) -> Money:
    """What kept money pays of a total: all that it can.

    `least` is what a card can be charged, None where none is: it leaves either nothing or that, and the rest of it
    stays kept; of a total that is less than that, it pays all or nothing.
    """
    used = min(kept.minor, total.minor)
    if least is not None and 0 < total.minor - used < least.minor:
        used = max(total.minor - least.minor, 0)
    return Money(used, total.currency)


def kept_in(receipts: Sequence[Receipt]) -> int:
    """What is left of receipts together, in minor units of their one currency."""
    return sum(receipt.kept_minor for receipt in receipts)


def draw(receipts: Sequence[Receipt], amount_minor: int, invoice_id: UUID) -> list[Row]:
    """Let receipts pay so much of an invoice, the first of them first; returns the rows of their allocations.

    Raises ValueError when less is left of them.
    """
    rows = []
    for receipt in receipts:
        share = min(amount_minor, receipt.kept_minor)
        if share:
            receipt.allocated_minor += share
            rows.append(allocation_row(receipt.id, invoice_id, share))
            amount_minor -= share
    if amount_minor:
        raise ValueError(f"{amount_minor} are missing")
    return rows
