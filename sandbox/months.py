"""The same day of another month: pure arithmetic on moments (seconds since 1970, UTC)."""

import calendar
from datetime import UTC, datetime

DAY_SECONDS = 24 * 60 * 60


def months_later(moment: int, months: int) -> int:
    """The same day and time of another month, or the last day of that month when it is shorter."""
    start = datetime.fromtimestamp(moment, UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())
