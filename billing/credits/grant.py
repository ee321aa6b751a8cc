"""Grant credits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.repay import repay_with
from billing.credits.tables import CreditGrant, CreditMovement, CreditSource, CreditTransaction
from billing.credits.watch import arm_watches
from database.ids import uuid7
from database.rows import insert_rows


@dataclass(frozen=True, slots=True)
class Grant:
    """Credits to be granted for a cause. With a subscription they can be revoked by it later.

    Frozen ones cannot be used, and last as long from when they can. `now` is the account's own time.
    """

    account_id: UUID
    source: CreditSource
    cause: str
    amount: int
    expires_at: datetime | None
    now: datetime
    subscription_id: UUID | None = None
    is_frozen: bool = False


def grant_all(session: Session, grants: Sequence[Grant]) -> None:
    """Grant credits, any number of times with one statement per table; what an account owes is paid of them at once.

    The database refuses a second grant for the same cause (IntegrityError): whoever calls this has claimed the causes.
    """
    if not grants:
        return
    rows = [_row(grant) for grant in grants]
    movements = [_movement(row) for row in rows]
    movements += repay_with(session, rows)
    insert_rows(session, CreditGrant, *rows)
    insert_rows(session, CreditTransaction, *movements)
    for now in {grant.now for grant in grants}:
        arm_watches(session, {grant.account_id for grant in grants if grant.now == now}, now)


def _row(grant: Grant) -> dict[str, Any]:
    held_for = grant.expires_at - grant.now if grant.is_frozen and grant.expires_at is not None else None
    return {
        "id": uuid7(), "account_id": grant.account_id, "source": grant.source, "cause": grant.cause,
        "subscription_id": grant.subscription_id, "amount": grant.amount, "remaining": grant.amount,
        "granted_at": grant.now, "expires_at": None if grant.is_frozen else grant.expires_at,
        "held_for": held_for, "is_frozen": grant.is_frozen,
    }  # fmt: skip


def _movement(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid7(), "account_id": row["account_id"], "grant_id": row["id"],
        "movement": CreditMovement.GRANT, "amount": row["amount"], "cause": row["cause"],
    }  # fmt: skip
