"""Figures of months, the verdict and the chart: pure functions."""

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from simulation.chart import draw, nice_top, stack
from simulation.figures import NOTHING, Month, months_of
from simulation.verdict import differences, theirs

JANUARY = datetime(2026, 1, 31, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 28, tzinfo=UTC)
FIRST = replace(NOTHING, renewals=3, captured=10, declined=2, recovered=1, mrr_minor=99_000)
SECOND = replace(NOTHING, renewals=8, captured=25, declined=2, recovered=3, mrr_minor=80_000)


def test_a_month_is_what_was_counted_since_the_one_before_and_mrr_is_as_it_stands() -> None:
    january, february = months_of([(JANUARY, FIRST), (FEBRUARY, SECOND)])
    assert (january.month, january.happened) == ("2026-01", FIRST)
    assert february.month == "2026-02"
    assert february.happened == replace(SECOND, renewals=5, captured=15, declined=0, recovered=2)
    assert february.shown()["mrr_minor"] == 80_000
    assert months_of([]) == []


def test_equal_ledgers_have_no_differences() -> None:
    told = theirs([{"id": "ch_1", "amount": 9_900, "currency": "usd", "customer": "cus_1"}])
    assert differences("charges", [("ch_1", 9_900, "USD")], told) == []


@pytest.mark.parametrize(
    ("ours", "told", "said"),
    [
        ([], [("ch_1", 9_900, "USD")], "1 charges are only in the other side's books"),
        ([("ch_1", 9_900, "USD")], [], "1 charges are only in our books"),
        ([("ch_1", 9_900, "USD")], [("ch_1", 9_901, "USD")], "1 charges are only in our books"),
        ([("ch_1", 9_900, "USD")], [("ch_1", 9_900, "EUR")], "1 charges are only in our books"),
        ([("ch_1", 9_900, "USD")] * 2, [("ch_1", 9_900, "USD")] * 2, "1 charges are twice"),
    ],
)
def test_each_difference_is_named(
    ours: list[tuple[str, int, str]], told: list[tuple[str, int, str]], said: str
) -> None:
    assert differences("charges", ours, told)[0].startswith(said)


def test_a_bar_is_made_of_what_was_captured_recovered_and_declined() -> None:
    assert stack(Month("2026-01", FIRST)) == (9, 1, 2)
    # two recovered in a month in which one was captured: the first part is never below nothing
    assert stack(Month("2026-01", replace(NOTHING, captured=1, recovered=2))) == (0, 1, 0)


@pytest.mark.parametrize(
    ("value", "top"), [(0, 4), (3, 4), (4.5, 6), (100, 100), (101, 120), (9_100, 10_000), (138_576, 160_000)]
)
def test_an_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert nice_top(value) == pytest.approx(top)


def test_the_chart_is_well_formed_and_shows_every_month() -> None:
    months = [Month(f"2026-{number:02}", FIRST) for number in range(1, 13)] + [Month("2027-01", SECOND)]
    svg = ElementTree.fromstring(draw(months, "Ada & Bob <2>"))  # noqa: S314 - we have just drawn it
    texts = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "Ada & Bob <2>" in texts
    assert texts.count("Jan") == 2
    assert {"2026", "2027", "Dec"} <= set(texts)
    assert len(list(svg.iter("{http://www.w3.org/2000/svg}circle"))) == len(months)


def test_a_month_in_which_nothing_happened_can_be_drawn() -> None:
    assert "</svg>" in draw([Month("2026-01", NOTHING)], "nobody")
