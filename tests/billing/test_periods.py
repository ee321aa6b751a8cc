"""Periods follow a calendar: compared with one that is counted by hand, month after month."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.periods import SECOND, Period, boundary, is_boundary, moved_anchor, period_at, period_from
from tests.gateways.fuzzing import fuzzed

LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
FOUR_YEARS = 48

anchors = st.integers(0, 36_525 * 86_400).map(lambda seconds: datetime(1990, 1, 1, tzinfo=UTC) + seconds * SECOND)
months = st.integers(1, 24)


def last_day(year: int, month: int) -> int:
    """Of a month of the Gregorian calendar."""
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and is_leap else LENGTHS[month - 1]


def counted(anchor: datetime, months: int) -> datetime:
    """So many months after the anchor, counted one by one on a calendar."""
    year, month = anchor.year, anchor.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    day = min(anchor.day, last_day(year, month))
    return datetime(year, month, day, anchor.hour, anchor.minute, anchor.second, tzinfo=UTC)


def every_day_of(*years: int) -> Iterator[datetime]:
    """Each day, a little before midnight, when a mistake of an hour would show as a mistake of a day."""
    for year in years:
        for month in range(1, 13):
            for day in range(1, last_day(year, month) + 1):
                yield datetime(year, month, day, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(("months", "periods"), [(1, FOUR_YEARS), (12, 9)])
def test_every_day_of_a_leap_year_and_of_a_common_one_as_an_anchor(months: int, periods: int) -> None:
    for anchor in every_day_of(2023, 2024):
        assert boundary(anchor, months, 0) == anchor
        for index in range(periods):
            period = period_at(anchor, months, index)
            assert period == Period(counted(anchor, months * index), counted(anchor, months * (index + 1)))


def test_31_january_and_29_february_by_name() -> None:
    january = datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert [f"{boundary(january, 1, index):%m-%d}" for index in range(5)] == [
        "01-31", "02-28", "03-31", "04-30", "05-31",
    ]  # fmt: skip
    leap = datetime(2024, 2, 29, 10, tzinfo=UTC)
    assert [f"{boundary(leap, 12, index):%Y-%m-%d}" for index in range(5)] == [
        "2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29",
    ]  # fmt: skip


@fuzzed
@given(anchors, months, st.integers(-40, 40))
def test_periods_ascend_without_gaps_and_keep_the_day(anchor: datetime, months: int, index: int) -> None:
    period = period_at(anchor, months, index)
    assert period.start < period.end == period_at(anchor, months, index + 1).start
    assert period.start.day == min(anchor.day, last_day(period.start.year, period.start.month))
    assert period.start.timetz() == anchor.timetz()
    assert 28 * months <= (period.end - period.start).days <= 31 * months


@fuzzed
@given(anchors, months, st.integers(-40, 40))
def test_a_period_is_found_by_its_start_and_by_nothing_else(anchor: datetime, months: int, index: int) -> None:
    period = period_at(anchor, months, index)
    assert period_from(anchor, months, period.start) == period
    middle = period.start + (period.end - period.start) / 2
    for other in (period.start + SECOND, period.start - timedelta(days=1), middle):
        with pytest.raises(ValueError, match="no boundary"):
            period_from(anchor, months, other)


@fuzzed
@given(anchors, months, st.integers(0, 10**8))
def test_seconds_left_fall_from_all_to_none(anchor: datetime, months: int, seconds: int) -> None:
    """Half-open: at its end nothing of a period is left, one second before that one second is."""
    period = period_at(anchor, months, 0)
    assert period.seconds_left(period.start - timedelta(days=1)) == period.seconds_left(period.start) == period.seconds
    assert (period.seconds_left(period.end - SECOND), period.seconds_left(period.end)) == (1, 0)
    assert period.seconds_left(period.start + seconds * SECOND) == max(0, period.seconds - seconds)


def test_a_period_without_a_length_is_none() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="length"):
        Period(at, at)


@fuzzed
@given(anchors, months, st.integers(-40, 40), st.integers(0, 400 * 86_400))
def test_a_pause_moves_the_anchor_and_shortens_no_period(
    anchor: datetime, months: int, index: int, seconds: int
) -> None:
    """What was paid for ends as much later as the pause was long, and what follows are the moved anchor's periods."""
    end, pause = period_at(anchor, months, index).end, seconds * SECOND
    moved = moved_anchor(anchor, months, end, pause)
    assert is_boundary(moved, months, end + pause)
    if is_boundary(anchor + pause, months, end + pause):
        assert moved == anchor + pause
    if anchor.day <= 28 and (end + pause).day <= 28:
        assert moved.day == (end + pause).day, "no stand-in for a day that the month lacks"


@fuzzed
@given(anchors, months, st.integers(-40, 40), st.integers(0, 86_399))
def test_a_pause_within_a_day_keeps_the_day_of_the_month(
    anchor: datetime, months: int, index: int, seconds: int
) -> None:
    """Every boundary to come is the old one and the pause, on this side of midnight."""
    pause = seconds * SECOND
    if (anchor + pause).date() != anchor.date():
        return
    moved = moved_anchor(anchor, months, boundary(anchor, months, index), pause)
    for later in range(index, index + 14):
        expected = boundary(anchor, months, later) + pause
        assert is_boundary(moved, months, expected)


def test_an_hour_after_february_the_31st_comes_back() -> None:
    anchor, hour = datetime(2026, 1, 31, 10, tzinfo=UTC), timedelta(hours=1)
    moved = moved_anchor(anchor, 1, datetime(2026, 2, 28, 10, tzinfo=UTC), hour)
    assert [f"{boundary(moved, 1, index):%d %b %H:%M}" for index in (1, 2, 3)] == [
        "28 Feb 11:00", "31 Mar 11:00", "30 Apr 11:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("anchor", "end", "pause", "next_ends"),
    [
        # past the end of a short month
        ("2026-01-31 23:30", "2026-02-28 23:30", timedelta(hours=1), ["2026-03-01 00:30", "2026-04-01 00:30"]),
        ("2028-01-31 10:00", "2028-02-29 10:00", timedelta(hours=1), ["2028-02-29 11:00", "2028-03-31 11:00"]),
        ("2028-02-29 10:00", "2030-02-28 10:00", timedelta(hours=1), ["2030-02-28 11:00", "2030-03-29 11:00"]),
        ("2026-01-31 10:00", "2026-02-28 10:00", timedelta(days=5), ["2026-03-05 10:00", "2026-04-05 10:00"]),
        # forty days after 31 January is the 12th, and after 30 April the 9th of June: what was paid for comes first
        ("2026-01-31 10:00", "2026-04-30 10:00", timedelta(days=40), ["2026-06-09 10:00", "2026-07-09 10:00"]),
    ],
)
def test_pauses_over_the_ends_of_months(anchor: str, end: str, pause: timedelta, next_ends: list[str]) -> None:
    begun, ends = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (anchor, end))
    moved = moved_anchor(begun, 1, ends, pause)
    period = period_from(moved, 1, ends + pause)
    assert [f"{each:%Y-%m-%d %H:%M}" for each in (period.start, period.end)] == next_ends
