"""Periods are counted from their anchor."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.months import months_later
from sandbox.stripe.subscriptions.periods import Period, boundary, period_around
from tests.sandbox.subscribing import moment, written

MONTHLY = {"interval": "month", "interval_count": 1}
RHYTHMS = st.fixed_dictionaries(
    {"interval": st.sampled_from(["day", "week", "month", "year"]), "interval_count": st.integers(1, 3)}
)
MOMENTS = st.integers(moment("1990-01-01"), moment("2090-01-01"))


@pytest.mark.parametrize(
    ("anchor", "ends"),
    [
        ("2026-01-31", ["2026-02-28 00:00", "2026-03-31 00:00", "2026-04-30 00:00", "2026-05-31 00:00"]),
        ("2024-01-30 15:00", ["2024-02-29 15:00", "2024-03-30 15:00", "2024-04-30 15:00", "2024-05-30 15:00"]),
        ("2026-11-15", ["2026-12-15 00:00", "2027-01-15 00:00", "2027-02-15 00:00", "2027-03-15 00:00"]),
    ],
)
def test_a_short_month_does_not_move_the_anchor(anchor: str, ends: list[str]) -> None:
    assert [written(boundary(moment(anchor), MONTHLY, count)) for count in (1, 2, 3, 4)] == ends


def test_leap_day_comes_back_after_four_years() -> None:
    yearly = {"interval": "year", "interval_count": 1}
    ends = [written(boundary(moment("2024-02-29"), yearly, count)) for count in (1, 4)]
    assert ends == ["2025-02-28 00:00", "2028-02-29 00:00"]


@given(anchor=MOMENTS, now=MOMENTS, rhythm=RHYTHMS)
def test_every_moment_lies_in_exactly_one_period(anchor: int, now: int, rhythm: dict[str, object]) -> None:
    period = period_around(anchor, rhythm, now)
    assert period.start <= now < period.end
    assert period_around(anchor, rhythm, period.end).start == period.end
    assert period_around(anchor, rhythm, period.end - 1) == period


@given(anchor=MOMENTS, months=st.integers(-40, 40))
def test_the_day_is_kept_or_is_the_last_of_its_month(anchor: int, months: int) -> None:
    before, after = (datetime.fromtimestamp(each, UTC) for each in (anchor, months_later(anchor, months)))
    next_day = datetime.fromtimestamp(after.timestamp() + 86_400, UTC)
    assert after.day == before.day or next_day.day == 1
    assert (after.year - before.year) * 12 + after.month - before.month == months


@given(amount=st.integers(0, 10**9), now=st.integers(0, 999))
def test_what_is_left_and_what_is_used_are_the_whole(amount: int, now: int) -> None:
    left = Period(0, 1000).left_of(amount, now)
    assert abs(left - amount * (1000 - now) / 1000) <= 0.5
    assert Period(0, 1000).left_of(amount, 0) == amount
