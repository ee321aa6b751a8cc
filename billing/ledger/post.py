"""Post balanced movements to the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.ledger.tables import LedgerAccount, LedgerEntry, LedgerReason, LedgerTransaction
from billing.money import Money
from database.copy import copy_rows
from database.ids import uuid7
from database.rows import insert_rows


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a movement: a positive amount is a debit, a negative one a credit."""

    ledger_account: LedgerAccount
    amount: Money
    gateway: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moves once, for one cause, between the sides' ledger accounts. Sides of zero are not written."""

    reason: LedgerReason
    cause: str
    account_id: UUID
    sides: tuple[Side, ...]


Dated = tuple[Movement, datetime]


def post(session: Session, movements: Sequence[Movement], now: datetime) -> None:
    """Write movements, each as a transaction of its own; one that moves nothing is left out.

    The database refuses a second movement for the same cause and any that does not sum to zero (IntegrityError).
    """
    post_dated(session, [(movement, now) for movement in movements])


def post_dated(session: Session, dated: Sequence[Dated]) -> None:
    """The same, each movement at its own instant: accounts on test clocks have a time of their own."""
    headers, entries = _rows(dated)
    if headers:
        insert_rows(session, LedgerTransaction, *headers)
        insert_rows(session, LedgerEntry, *entries)


def post_many(session: Session, movements: Sequence[Movement], now: datetime) -> None:
    """The same for hundreds and more, where arrays are cheaper than a row after the other."""
    headers, entries = _rows([(movement, now) for movement in movements])
    copy_rows(session, LedgerTransaction, headers)
    copy_rows(session, LedgerEntry, entries)


def _rows(dated: Sequence[Dated]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    headers: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for movement, now in dated:
        transaction_id = uuid7()
        moving = [_entry(transaction_id, movement, side) for side in movement.sides if side.amount.minor]
        if moving:
            header = {"id": transaction_id, "reason": movement.reason, "cause": movement.cause, "occurred_at": now}
            headers.append(header)
            entries += moving
    return headers, entries


def _entry(transaction_id: UUID, movement: Movement, side: Side) -> dict[str, Any]:
    return {
        "transaction_id": transaction_id,
        "ledger_account": side.ledger_account,
        "account_id": movement.account_id,
        "gateway": side.gateway,
        "currency": side.amount.currency,
        "amount_minor": side.amount.minor,
    }
