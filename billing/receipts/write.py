"""Write receipts with what they pay, any number of them with one statement per table."""

from collections.abc import Sequence

import structlog
from sqlalchemy.orm import Session

from billing.receipts.receive import Booked, Row
from billing.receipts.tables import Allocation, Receipt, ReceiptRemark
from database.rows import insert_rows
from database.update import update_rows

log = structlog.get_logger(__name__)


def write_draws(session: Session, allocations: Sequence[Row], receipts: Sequence[Receipt]) -> None:
    """Write what pays of which invoice, and what is left of the receipts that it was drawn from."""
    if allocations:
        insert_rows(session, Allocation, *allocations)
        update_rows(session, receipts, ("allocated_minor",))


def write_receipts(session: Session, booked: Sequence[Booked]) -> None:
    """Write the rows; the caller posts the movements. Money that fits nothing raises an alarm.

    The database refuses a second receipt of the same cause or reference (IntegrityError).
    """
    if not booked:
        return
    insert_rows(session, Receipt, *(each.receipt for each in booked))
    allocations = [each.allocation for each in booked if each.allocation is not None]
    if allocations:
        insert_rows(session, Allocation, *allocations)
    for each in booked:
        if each.remark is not ReceiptRemark.NONE:
            receipt = each.receipt
            log.error(
                "receipt_needs_a_look",
                receipt_id=str(receipt["id"]),
                account_id=str(receipt["account_id"]),
                remark=each.remark.value,
                # a set that is halved is written anew: then the receipt has another id, and the same cause
                cause=receipt["cause"],
            )
