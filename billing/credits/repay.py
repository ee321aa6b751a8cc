"""Repay credits that are owed: out of what an account can use, or out of what it is about to get."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.credits.queries import is_owed
from billing.credits.rules import spread
from billing.credits.tables import CreditDebt, CreditGrant, CreditMovement
from billing.credits.take import take
from database.among import is_among
from database.ids import uuid7
from database.update import update_rows

Row = dict[str, Any]


def repay_out_of(session: Session, account_id: UUID, usable: Sequence[CreditGrant]) -> None:
    """Let grants pay the account's debts, the oldest first, as far as they go; each with a movement that says so.

    Frozen ones pay nothing: their money may go back. The caller holds the grants: their locks come before those of
    debts.
    """
    debts = _lock_debts(session, [account_id])
    able = [grant for grant in usable if not grant.is_frozen]
    for debt in debts:
        shares = spread(debt.amount - debt.paid, [grant.remaining for grant in able])
        for grant, share in zip(able, shares, strict=True):
            take(session, grant, share, CreditMovement.REPAY, _cause(debt), "")
        debt.paid += sum(shares)
    update_rows(session, debts, ("paid",))


def repay_with(session: Session, grants: Sequence[Row]) -> list[Row]:
    """Let grants that are about to be written pay what their accounts owe, and return the movements that say so.

    Frozen ones pay once they can be used. Nearly always that is nothing, and one look tells.
    """
    debts = _lock_debts(session, {grant["account_id"] for grant in grants})
    movements = [
        movement for grant in grants for debt in debts if grant["account_id"] == debt.account_id
        for movement in _pay(grant, debt)
    ]  # fmt: skip
    update_rows(session, debts, ("paid",))
    return movements


def _lock_debts(session: Session, account_ids: Collection[UUID]) -> Sequence[CreditDebt]:
    owed = select(CreditDebt).where(is_among(CreditDebt.account_id, account_ids), is_owed()).order_by(CreditDebt.id)
    return session.scalars(owed.with_for_update().execution_options(populate_existing=True)).all()


def _pay(grant: Row, debt: CreditDebt) -> list[Row]:
    share = 0 if grant["is_frozen"] else min(grant["remaining"], debt.amount - debt.paid)
    if not share:
        return []
    grant["remaining"] -= share
    debt.paid += share
    return [
        {
            "id": uuid7(), "account_id": debt.account_id, "grant_id": grant["id"],
            "movement": CreditMovement.REPAY, "amount": -share, "cause": _cause(debt),
        }
    ]  # fmt: skip


def _cause(debt: CreditDebt) -> str:
    return f"credit_debt/{debt.id}"
