"""Billing periods: half-open, in UTC, and computed from the anchor alone, never from the period before."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """`[start, end)`, aware UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("a period has a length")

    @property
    def seconds(self) -> int:
        """Whole seconds from start to end; what is below a second is not billed."""
        return (self.end - self.start) // SECOND

    def seconds_left(self, at: datetime) -> int:
        """Whole seconds from an instant to the end: all of them before the start, none after the end."""
        return (self.end - min(max(at, self.start), self.end)) // SECOND


def boundary(anchor: datetime, months: int, index: int) -> datetime:
    """The start of the index-th period of so many months, counted from the anchor.

    The anchor's day of the month is kept; in a month that lacks it the last day stands in, and only for that month:
    from 31 January on that is 28 February, then 31 March. 29 February is yearly 28 February until the next leap year.
    Stripe does the same (https://docs.stripe.com/billing/subscriptions/billing-cycle).
    """
    total = anchor.year * 12 + anchor.month - 1 + months * index
    year, month = divmod(total, 12)
    day = min(anchor.day, monthrange(year, month + 1)[1])
    return anchor.replace(year=year, month=month + 1, day=day)


def period_at(anchor: datetime, months: int, index: int) -> Period:
    """The index-th period; negative ones lie before the anchor."""
    return Period(boundary(anchor, months, index), boundary(anchor, months, index + 1))


def period_from(anchor: datetime, months: int, start: datetime) -> Period:
    """The period that begins at one of the anchor's boundaries. Raises ValueError for any other instant."""
    if not is_boundary(anchor, months, start):
        raise ValueError(f"{start:%Y-%m-%d %H:%M:%S} is no boundary of the anchor {anchor:%Y-%m-%d %H:%M:%S}")
    return period_at(anchor, months, _months_apart(anchor, start) // months)


def is_boundary(anchor: datetime, months: int, at: datetime) -> bool:
    """Whether one of the anchor's periods begins, and another ends, at this instant."""
    index, remainder = divmod(_months_apart(anchor, at), months)
    return not remainder and boundary(anchor, months, index) == at


def end_after(anchor: datetime, months: int, start: datetime) -> datetime:
    """The end of a period of so many months that begins at one of the anchor's monthly boundaries."""
    return boundary(anchor, 1, _months_apart(anchor, start) + months)


def moved_anchor(anchor: datetime, months: int, period_end: datetime, pause: timedelta) -> datetime:
    """The anchor after the cycle has stood still for so long in the period that was to end at one of its boundaries.

    It moves by the pause: after an hour the 31st still comes back after February. The period that is paid for keeps its
    whole length, and where the calendar would let it end at no boundary of the moved anchor, its end is the new one.
    """
    moved = anchor + pause
    return moved if is_boundary(moved, months, period_end + pause) else period_end + pause


def _months_apart(earlier: datetime, later: datetime) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
