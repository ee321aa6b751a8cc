"""Charts, by their numbers: where points lie, how long bars are, where slices begin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.charts import SLICES_MAX, WHOLE_PPM, bars, donut, line, top_of

VALUES = st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=366)


def test_a_line_goes_from_edge_to_edge_under_a_round_top() -> None:
    drawn = line([0, 5, 10, 20])
    assert drawn.top == 20
    assert [(point.x, point.y) for point in drawn.points] == [(0, 100), (33.33, 75), (66.67, 50), (100, 0)]
    assert drawn.path == "M0,100 L33.33,75 L66.67,50 L100,0"
    assert drawn.area == f"{drawn.path} L100,100 L0,100 Z"


def test_one_value_is_a_level_line_and_none_is_no_line() -> None:
    assert [(point.x, point.y) for point in line([3]).points] == [(0, 25), (100, 25)]
    with pytest.raises(ValueError, match="at least one"):
        line([])


@pytest.mark.parametrize(
    ("greatest", "top"), [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (10, 10), (11, 20), (61, 80), (801, 1000)]
)
def test_a_scale_ends_at_a_round_number_whose_half_is_one(greatest: int, top: int) -> None:
    assert top_of([greatest, 0]) == top
    assert top % 2 == 0


@given(VALUES)
def test_nothing_is_drawn_outside(values: list[int]) -> None:
    drawn = line(values)
    assert all(0 <= point.x <= 100 and 0 <= point.y <= 100 for point in drawn.points)
    assert max(values) <= drawn.top <= max(2 * max(values) + 2, 2) * 5
    assert all(0 <= bar.percent <= 100 for bar in bars([("it", value) for value in values]).each)


def test_bars_are_as_long_as_their_part_of_the_top() -> None:
    drawn = bars([("scan", 30), ("word", 15), ("none", 0)])
    assert [(bar.label, bar.value, bar.percent) for bar in drawn.each] == [
        ("scan", 30, 75), ("word", 15, 37.5), ("none", 0, 0),
    ]  # fmt: skip
    assert bars([]).each == ()


def test_slices_lie_one_after_the_other_and_small_ones_are_one() -> None:
    shares = [400_000, 300_000, 100_000, 90_000, 60_000, 50_000, 0]
    slices = donut([(f"op {n}", share, share) for n, share in enumerate(shares)])
    assert [(each.label, each.starts_ppm, each.share_ppm) for each in slices] == [
        ("op 0", 0, 400_000), ("op 1", 400_000, 300_000), ("op 2", 700_000, 100_000), ("op 3", 800_000, 90_000),
        ("", 890_000, 110_000),
    ]  # fmt: skip
    assert [each.place for each in slices] == list(range(1, SLICES_MAX + 1))
    assert slices[-1].starts_ppm + slices[-1].share_ppm == WHOLE_PPM
    assert donut([("nothing", 0, 0)]) == ()
