"""Let a month's series go on behind numbers that were given elsewhere, and write down why."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.invoices.tables import InvoiceCounter, NumberGap
from database.rows import insert_unless_known


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers that are given month by month: where the last one stands, and where those stand that nobody has."""

    counter: type[Any]
    gap: type[Any]


INVOICES = Series(InvoiceCounter, NumberGap)


def skip_until(session: Session, month: date, last_number: int, reason: str, series: Series = INVOICES) -> Any:
    """No number of the month up to this one is given any more; returns what was skipped, None when all were given here.

    The month's counter stays locked until commit.
    """
    counter = _lock(session, month, series)
    if last_number <= counter.last_number:
        return None
    gap = series.gap(month=month, first_number=counter.last_number + 1, last_number=last_number, reason=reason)
    counter.last_number = last_number
    session.add(gap)
    session.flush()
    return gap


def skip_next(session: Session, month: date, count: int, reason: str, series: Series = INVOICES) -> Any:
    """The same for so many numbers."""
    return skip_until(session, month, _lock(session, month, series).last_number + count, reason, series)


def _lock(session: Session, month: date, series: Series) -> Any:
    """The counter as the database has it: taking a number writes past the session."""
    insert_unless_known(session, series.counter, {"month": month, "last_number": 0})
    locked = select(series.counter).where(series.counter.month == month).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).one()
