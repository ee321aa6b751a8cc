"""Set what an operation costs from an instant on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.usage.tables import CreditCost, Rounding
from database.ids import uuid7


@dataclass(frozen=True, slots=True)
class NewCost:
    """`credits` for every `per_quantity` units of an operation."""

    operation: str
    name: str
    unit: str
    credits: int
    per_quantity: int
    rounding: Rounding
    valid_from: datetime


def set_cost(session: Session, new: NewCost, now: datetime) -> CreditCost:
    """Write the next version. Only the first of an operation may begin in the past: what was priced stays as it was.

    A repeat of the same version is the same row. Raises Rejected `valid_from_past` or, for another price from the same
    instant on, `cost_version_exists`.
    """
    standing = _at(session, new)
    if standing is None:
        if new.valid_from < now and _has_versions(session, new.operation):
            detail = "Only the first price of an operation may begin in the past; leave out valid_from for now."
            raise Rejected("valid_from_past", detail, status=409)
        row = {"id": uuid7(), **{name: getattr(new, name) for name in new.__slots__}}
        # of two that begin at one instant, the database keeps one
        session.execute(insert(CreditCost).values(row).on_conflict_do_nothing())
        standing = _at(session, new)
    if standing is None or any(getattr(standing, name) != getattr(new, name) for name in new.__slots__):
        detail = f"The operation {new.operation!r} has another price from that instant on; a version is never edited."
        raise Rejected("cost_version_exists", detail, status=409)
    return standing


def _at(session: Session, new: NewCost) -> CreditCost | None:
    found = select(CreditCost).where(CreditCost.operation == new.operation, CreditCost.valid_from == new.valid_from)
    return session.scalar(found)


def _has_versions(session: Session, operation: str) -> bool:
    return bool(session.scalar(select(func.count()).where(CreditCost.operation == operation)))
