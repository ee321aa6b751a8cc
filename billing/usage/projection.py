"""Pure arithmetic of usage: shares, averages, and where it leads. Whole credits, rounded half up."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

WHOLE_PPM = 1_000_000
DAY = timedelta(days=1)


def shares_ppm(credits: Sequence[int]) -> list[int]:
    """What part of all each is, in parts per million; they make up a whole, the rest being the first one's."""
    total = sum(credits)
    if not total:
        return [0] * len(credits)
    shares = [each * WHOLE_PPM // total for each in credits]
    return [shares[0] + WHOLE_PPM - sum(shares), *shares[1:]]


def average_a_day(credits: int, span: timedelta) -> int:
    """Credits a day over a span of time, of which less than a day counts as one."""
    return _half_up(credits * _seconds(DAY), _seconds(max(span, DAY)))


def projected(credits: int, gone: timedelta, whole: timedelta) -> int:
    """What it comes to at the end if it goes on as until now; after less than a day nobody knows more than that day."""
    gone = min(max(gone, DAY), whole)
    return _half_up(credits * _seconds(whole), _seconds(gone))


def runs_out_on(balance: int, credits: int, span: timedelta, now: datetime) -> date | None:
    """The day, in the time zone of `now`, on which the balance is used up if it goes on like this; None: never."""
    if balance <= 0:
        return now.date()
    if credits <= 0:
        return None
    lasts_seconds = balance * _seconds(max(span, DAY)) // credits
    try:
        return (now + timedelta(seconds=lasts_seconds)).date()
    except OverflowError:
        return None


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _half_up(dividend: int, divisor: int) -> int:
    return (2 * dividend + divisor) // (2 * divisor)
