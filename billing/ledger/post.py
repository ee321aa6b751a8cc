"""Post a balanced movement to the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.ledger.tables import LedgerAccount, LedgerEntry, LedgerReason, LedgerTransaction
from billing.money import Money
from database.ids import uuid7
from database.rows import insert_rows


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a movement: a positive amount is a debit, a negative one a credit."""

    ledger_account: LedgerAccount
    amount: Money
    gateway: str = ""


def post(
    session: Session, reason: LedgerReason, cause: str, account_id: UUID, sides: Sequence[Side], now: datetime
) -> None:
    """Write one movement; sides of zero are left out.

    The database refuses a second movement for the same cause (IntegrityError) and any that does not sum to zero.
    """
    moving = [side for side in sides if side.amount.minor]
    if not moving:
        return
    transaction_id = uuid7()
    header = {"id": transaction_id, "reason": reason, "cause": cause, "occurred_at": now}
    insert_rows(session, LedgerTransaction, header)
    insert_rows(session, LedgerEntry, *(_entry(transaction_id, account_id, side) for side in moving))


def _entry(transaction_id: UUID, account_id: UUID, side: Side) -> dict[str, object]:
    return {
        "transaction_id": transaction_id,
        "ledger_account": side.ledger_account,
        "account_id": account_id,
        "gateway": side.gateway,
        "currency": side.amount.currency,
        "amount_minor": side.amount.minor,
    }
