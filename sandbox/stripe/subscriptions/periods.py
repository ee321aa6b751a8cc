"""When periods begin and end: pure arithmetic on moments (seconds since 1970, UTC).

All boundaries are counted from the anchor, never from the period before: an anchor on the 31st gives 28 February and
then 31 March again (https://docs.stripe.com/billing/subscriptions/billing-cycle).
"""

from typing import NamedTuple

from sandbox.json_types import JsonObject
from sandbox.months import DAY_SECONDS, months_later

FIXED_SECONDS = {"day": DAY_SECONDS, "week": 7 * DAY_SECONDS}
MONTHS = {"month": 1, "year": 12}


class Period(NamedTuple):
    """Half-open: the end belongs to the next one."""

    start: int
    end: int

    def left_of(self, amount: int, now: int) -> int:
        """The part of an amount of minor units that belongs to [now, end), to the second, rounded half up."""
        length = self.end - self.start
        return (2 * amount * (self.end - now) + length) // (2 * length)


def boundary(anchor: int, recurring: JsonObject, count: int) -> int:
    """The moment `count` intervals after the anchor (before it, when negative)."""
    steps = count * int(recurring["interval_count"])
    interval = recurring["interval"]
    if interval in FIXED_SECONDS:
        return anchor + steps * int(FIXED_SECONDS[interval])
    return months_later(anchor, steps * MONTHS[interval])


def period_around(anchor: int, recurring: JsonObject, now: int) -> Period:
    """The period with `now` in it; at a boundary the one that begins."""
    count = (now - anchor) // _about_seconds(recurring)
    while boundary(anchor, recurring, count) > now:
        count -= 1
    while boundary(anchor, recurring, count + 1) <= now:
        count += 1
    return Period(boundary(anchor, recurring, count), boundary(anchor, recurring, count + 1))


def _about_seconds(recurring: JsonObject) -> int:
    """A first guess at the length, from which the exact count is found in a few steps."""
    days = {"day": 1, "week": 7, "month": 30, "year": 365}[recurring["interval"]]
    return days * int(recurring["interval_count"]) * DAY_SECONDS
