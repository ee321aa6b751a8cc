"""Instants: points in time with an offset, in UTC from here on, and within two centuries."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from schemas.json_shapes import shape

# Whatever is computed from an instant (a period, a pause that is added, a retry) has to exist as well, in Python and in
# PostgreSQL, whose calendars end in different years.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}[0-9:.]*([Zz]|[+-]\d{2}:?\d{2})", re.ASCII)


def _no_number(value: object) -> object:
    """Seconds since 1970 would be taken for one, in a text too; and nobody sees whether they were milliseconds."""
    is_aware = isinstance(value, datetime) and value.tzinfo is not None
    if is_aware or (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        return value
    raise ValueError("must be a time with an offset, like 2026-01-31T10:00:00Z")


def _in_utc(value: datetime) -> datetime:
    """The same instant in UTC. At both ends of the calendar there is none."""
    try:
        instant = value.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time that exists in UTC") from None
    if not EARLIEST <= instant <= LATEST:
        raise ValueError(f"must be between the years {EARLIEST.year} and {LATEST.year}")
    return instant


def _day(value: object) -> date:
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("must be a day, like 2026-01-31")
    day = date.fromisoformat(value)
    if not EARLIEST.date() <= day <= LATEST.date():
        raise ValueError(f"must be between the years {EARLIEST.year} and {LATEST.year}")
    return day


# a day of UTC
Day = Annotated[date, BeforeValidator(_day), shape("2026-01-31", component="Day", pattern="^2[01][0-9]{2}-")]
Instant = Annotated[
    datetime,
    BeforeValidator(_no_number),
    AfterValidator(_in_utc),
    shape("2026-01-31T10:00:00Z", component="Instant", pattern="^(2[01][0-9]{2}|1999-12-31|2200-01-01)"),
]
