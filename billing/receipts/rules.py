"""Pure rules of kept money: what it pays, and what is carried over because no card can be charged so little."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.money import Money
from billing.receipts.receive import Row, allocation_row
from billing.receipts.tables import Receipt


@dataclass(frozen=True, slots=True)
class Share:
    """What becomes of a total: kept money that is `used`, a small rest that is `carried_over`, and what is `left`.

    `used` is negative where money is owed from before: so much is asked for on top of the total.
    """

    used: Money
    carried_over: Money
    left: Money


def share_of_kept(kept: Money, total: Money, least: Money | None) -> Share:
    """What of a total is met by what is kept for the customer, or, negative, is owed from before.

    `least` is what a card can be charged, None where no card is: less than that is not asked for, but carried over. So
    what is kept goes below zero by less than that.
    """
    left, nothing = total - kept, Money(0, total.currency)
    if left.minor <= 0:
        return Share(total, nothing, nothing)
    if least is not None and left.minor < least.minor:
        return Share(kept, left, nothing)
    return Share(kept, nothing, left)


def kept_in(receipts: Sequence[Receipt]) -> int:
    """What is left of receipts together, in minor units of their one currency; negative when more is owed."""
    return sum(receipt.kept_minor for receipt in receipts)


def draw(receipts: Sequence[Receipt], amount_minor: int, invoice_id: UUID) -> list[Row]:
    """Let receipts pay so much of an invoice, the first of them first; returns the rows of their allocations.

    All that is owed from before is taken back to the invoice first, so that the amount may be negative. Raises
    ValueError when less is left of them, or more is owed.
    """
    owed = [receipt for receipt in receipts if receipt.kept_minor < 0]
    rows = [_allocate(receipt, receipt.kept_minor, invoice_id) for receipt in owed]
    missing = amount_minor - sum(row["amount_minor"] for row in rows)
    for receipt in receipts:
        share = min(missing, receipt.kept_minor)
        if share > 0:
            rows.append(_allocate(receipt, share, invoice_id))
            missing -= share
    if missing:
        raise ValueError(f"{missing} are missing")
    return rows


def _allocate(receipt: Receipt, share_minor: int, invoice_id: UUID) -> Row:
    receipt.allocated_minor += share_minor
    return allocation_row(receipt.id, invoice_id, share_minor)
