"""Reads of receipts."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from billing.money import Money
from billing.receipts.tables import Receipt

IS_KEPT = Receipt.allocated_minor < Receipt.amount_minor
_KEPT = func.sum(Receipt.amount_minor - Receipt.allocated_minor)


def kept_for(session: Session, account_id: UUID, currency: str) -> Money:
    """What is kept for an account now, without a lock."""
    return Money(kept_of(session, account_id).get(currency, 0), currency)


def kept_of(session: Session, account_id: UUID) -> dict[str, int]:
    """What is kept for an account, in minor units by currency; currencies without any are missing."""
    kept = select(Receipt.currency, _KEPT).where(Receipt.account_id == account_id, IS_KEPT).group_by(Receipt.currency)
    return {currency: int(minor) for currency, minor in session.execute(kept.order_by(Receipt.currency))}


def booked_among(session: Session, references: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (gateway, reference) of payments that are receipts already."""
    if not references:
        return set()
    named = tuple_(Receipt.gateway, Receipt.reference).in_(references)
    rows = session.execute(select(Receipt.gateway, Receipt.reference).where(named))
    return {(row.gateway, row.reference) for row in rows}


def lock_kept(session: Session, account_ids: Collection[UUID]) -> dict[tuple[UUID, str], list[Receipt]]:
    """Receipts with something left, by account and currency, the oldest first; nobody else's until commit.

    Locked in the order of their ids: two batches that meet in an account cannot deadlock.
    """
    kept = select(Receipt).where(Receipt.account_id.in_(account_ids), IS_KEPT)
    in_order = kept.order_by(Receipt.id).with_for_update().execution_options(populate_existing=True)
    found: dict[tuple[UUID, str], list[Receipt]] = {}
    for receipt in session.scalars(in_order):
        found.setdefault((receipt.account_id, receipt.currency), []).append(receipt)
    return found
