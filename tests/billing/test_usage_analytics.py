"""What charts are made of: days, operations, this month, and when the credits are used up."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.usage.analytics import Window, analyse, last_days
from billing.usage.projection import average_a_day, projected, runs_out_on, shares_ppm
from database.engine import Database
from schemas.views.usage import UsageAnalyticsView
from tests.billing.conftest import NOON
from tests.billing.meters import Meter, use

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def charted(database: Database, account_id: UUID) -> Meter:
    """A thousand credits; it is 22 November, noon."""
    meter = Meter(database, account_id, NOON)
    meter.prepaid.grant(1_000, NOON)
    meter.price("scan", 3)
    meter.price("word", 1)
    return meter


def _seen(meter: Meter, window: Window | None = None, zone: ZoneInfo = UTC_ZONE) -> UsageAnalyticsView:
    with meter.database.transaction() as session:
        return analyse(session, meter.account_id, window or last_days(NOON, zone), NOON)


def test_nothing_was_used(charted: Meter) -> None:
    seen = _seen(charted)
    assert (len(seen.days), seen.since, seen.until) == (30, date(2026, 10, 24), date(2026, 11, 23))
    assert {(day.events, day.credits) for day in seen.days} == {(0, 0)}
    assert (seen.operations, seen.series, seen.credits, seen.runs_out_on, seen.balance) == ([], [], 0, None, 1_000)


def test_days_operations_and_shares(charted: Meter) -> None:
    charted.record(use("a", quantity=10), use("b", "word", 30, at=NOON - DAY), use("c", "word", 20))
    seen = _seen(charted)
    assert [(day.date.day, day.events, day.credits) for day in seen.days[-3:]] == [(20, 0, 0), (21, 1, 30), (22, 2, 50)]
    assert [(each.operation, each.events, each.quantity, each.credits) for each in seen.operations] == [
        ("word", 2, 50, 50), ("scan", 1, 10, 30),
    ]  # fmt: skip
    assert [each.share_ppm for each in seen.operations] == [625_000, 375_000]
    assert seen.top_operations == ["word", "scan"]
    assert {each.operation: each.credits[-2:] for each in seen.series} == {"word": [30, 20], "scan": [0, 30]}
    assert {len(each.credits) for each in seen.series} == {30}


def test_a_late_event_counts_on_the_day_on_which_it_happened(charted: Meter) -> None:
    charted.record(use("a", at=NOON))
    before = _seen(charted)
    charted.record(use("late", "word", 7, at=NOON - 20 * DAY))
    after = _seen(charted)
    changed = [day for day, was in zip(after.days, before.days, strict=True) if day != was]
    assert [(day.date, day.credits) for day in changed] == [(date(2026, 11, 2), 7)]
    assert after.this_month.credits == before.this_month.credits + 7


def test_a_duplicate_and_a_refused_event_count_nowhere(charted: Meter) -> None:
    charted.record(use("a"), use("a"), use("b", quantity=10_000), use("c", "dance"))
    seen = _seen(charted)
    assert (seen.events, seen.credits) == (1, 3)


@pytest.mark.parametrize(
    ("zone", "days"),
    [("UTC", [21, 22]), ("Asia/Kolkata", [22, 22]), ("America/New_York", [21, 21]), ("Asia/Kathmandu", [22, 22])],
)
def test_a_day_is_that_of_the_time_zone(charted: Meter, zone: str, days: list[int]) -> None:
    evening, morning = datetime(2026, 11, 21, 18, 35, tzinfo=UTC), datetime(2026, 11, 22, 3, tzinfo=UTC)
    charted.record(use("a", at=evening), use("b", at=morning))
    seen = _seen(charted, zone=ZoneInfo(zone))
    assert [day.date.day for day in seen.days for _ in range(day.events)] == days
    assert seen.time_zone == zone


def test_a_window_of_its_own_is_half_open(charted: Meter) -> None:
    charted.record(*[use(f"e{n}", "word", at=NOON - n * DAY) for n in range(5)])
    seen = _seen(charted, Window(date(2026, 11, 19), date(2026, 11, 21), UTC_ZONE))
    assert [(day.date.day, day.credits) for day in seen.days] == [(19, 1), (20, 1)]
    assert (seen.credits, seen.average_credits_a_day) == (2, 1)
    assert seen.this_month.credits == 5, "this month is this month"


def test_where_it_leads(charted: Meter) -> None:
    # 21.5 days of November are gone
    charted.record(use("a", "word", 215, at=NOON - 10 * DAY))
    seen = _seen(charted)
    month = seen.this_month
    assert (month.since, month.until) == (date(2026, 11, 1), date(2026, 12, 1))
    assert (month.credits, month.average_credits_a_day, month.projected_credits) == (215, 10, 300)
    # used since the 12th, 10.5 days ago: 785 are left, at 20.48 a day
    assert seen.runs_out_on == date(2026, 12, 30)


def test_who_has_nothing_left_has_run_out_today(charted: Meter) -> None:
    charted.record(use("a", "word", 1_000))
    assert _seen(charted).runs_out_on == date(2026, 11, 22)


@given(st.lists(st.integers(0, 10**12), max_size=8))
def test_shares_make_up_a_whole(credits: list[int]) -> None:
    shares = shares_ppm(credits)
    assert sum(shares) == (1_000_000 if sum(credits) else 0)
    assert all(share >= 0 for share in shares)


def test_less_than_a_day_counts_as_one() -> None:
    assert average_a_day(10, HOUR) == 10
    assert projected(10, HOUR, 30 * DAY) == 300
    assert projected(10, 40 * DAY, 30 * DAY) == 10
    assert runs_out_on(10**18, 1, DAY, NOON) is None
