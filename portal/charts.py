"""Charts as numbers: where the points, bars and slices of a drawing lie. `charts.html` draws them.

Everything is a part of a whole, so that a drawing has whatever size its page gives it: points and bars in percent of
its width and height, slices in parts per million of the circle. Values are whole numbers, none below zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WHOLE_PPM = 1_000_000
# as many colours as people tell apart; what follows is one slice together
SLICES_MAX = 5
# a top of the scale has one of these before its zeros, so that half of it is a whole number, too
ROUND_NUMBERS = (2, 4, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Point:
    """Percent from the left and from the top."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line over equal steps; `top` is the value at the upper end, 0 at the lower one."""

    points: tuple[Point, ...]
    top: int

    @property
    def path(self) -> str:
        """In the words of SVG, within a square of 100."""
        return "M" + " L".join(f"{point.x:g},{point.y:g}" for point in self.points)

    @property
    def area(self) -> str:
        """What lies below it."""
        return f"{self.path} L{self.points[-1].x:g},100 L{self.points[0].x:g},100 Z"


@dataclass(frozen=True, slots=True)
class Bar:
    """Its label and value, and how long it is in percent of the longest one that there is room for."""

    label: str
    value: int
    percent: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars under the same scale."""

    each: tuple[Bar, ...]
    top: int


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a circle, from `starts_ppm` on, clockwise from the top.

    `place` counts from one: which colour it has. Without a label it is all the small ones together.
    """

    place: int
    label: str
    value: int
    starts_ppm: int
    share_ppm: int


def line(values: Sequence[int]) -> Line:
    """The values from left to right. One alone is a level line. Raises ValueError for none."""
    if not values:
        raise ValueError("a line has at least one value")
    top = top_of(values)
    level = values if len(values) > 1 else [*values, *values]
    step = 100 / (len(level) - 1)
    return Line(tuple(Point(round(n * step, 2), _from_top(value, top)) for n, value in enumerate(level)), top)


def bars(labelled: Sequence[tuple[str, int]]) -> Bars:
    """In the order in which they are given."""
    top = top_of([value for _, value in labelled])
    return Bars(tuple(Bar(label, value, round(100 * value / top, 2)) for label, value in labelled), top)


def donut(labelled: Sequence[tuple[str, int, int]]) -> tuple[Slice, ...]:
    """Slices of (label, value, share in ppm), the greatest first; the many small ones are one.

    What has no share has no slice. Shares make up a whole, or there are none.
    """
    shown = [each for each in labelled if each[2] > 0]
    if len(shown) > SLICES_MAX:
        rest = shown[SLICES_MAX - 1 :]
        shown = [*shown[: SLICES_MAX - 1], ("", sum(each[1] for each in rest), sum(each[2] for each in rest))]
    slices, starts = [], 0
    for place, (label, value, share) in enumerate(shown, 1):
        slices.append(Slice(place, label, value, starts, share))
        starts += share
    return tuple(slices)


def top_of(values: Sequence[int]) -> int:
    """The round number that the scale ends at: nothing is above it, and it is never 0."""
    greatest, unit = max(values, default=0), 1
    while ROUND_NUMBERS[-1] * unit < greatest:
        unit *= 10
    return next(number * unit for number in ROUND_NUMBERS if number * unit >= greatest)


def _from_top(value: int, top: int) -> float:
    return round(100 - 100 * value / top, 2)
