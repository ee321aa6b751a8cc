"""A picture of the months as SVG: how revenue grew, and what became of the charges. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from simulation.figures import Month

WIDTH, LEFT, RIGHT = 960, 84, 28
LINE_TOP, LINE_HEIGHT = 104, 190
BARS_TOP, BARS_HEIGHT = 356, 150
HEIGHT = 580
BAR_SHARE = 0.62
TICKS = 4
ROUND = (1, 1.2, 1.6, 2, 2.4, 3, 4, 6, 8, 10)
INK, FAINT, GRID, PAPER = "#1c2430", "#667085", "#e6e9ef", "#ffffff"
BLUE, GREEN, TEAL, RED = "#2f5fd0", "#3fa66b", "#9bd3b0", "#d9604c"
KINDS = (("captured at once", GREEN), ("recovered by dunning", TEAL), ("declined", RED))
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from zero to `top` onto `height` pixels above the line y = `foot`."""

    top: float
    foot: float
    height: float

    def y(self, value: float) -> float:
        """Where a value lies."""
        return self.foot - self.height * value / self.top

    def ticks(self) -> list[float]:
        """Zero, the top, and even steps between."""
        return [self.top * step / TICKS for step in range(TICKS + 1)]


def draw(months: Sequence[Month], title: str) -> str:
    """The picture. Money is shown in whole units of the currency; needs at least one month."""
    revenue = Scale(nice_top(max(month.happened.mrr_minor for month in months)), LINE_TOP + LINE_HEIGHT, LINE_HEIGHT)
    charges = Scale(nice_top(max(sum(stack(month)) for month in months)), BARS_TOP + BARS_HEIGHT, BARS_HEIGHT)
    parts = [
        _head(title),
        _caption(LINE_TOP, f"Monthly recurring revenue, at {_money(months[-1].happened.mrr_minor)} in the end"),
        _grid(revenue, _money),
        _revenue(months, revenue),
        _caption(BARS_TOP, "Charges"),
        _legend(),
        _grid(charges, lambda value: f"{value:,.0f}"),
        *[_bar(months, place, charges) for place in range(len(months))],
        *[_month(months, place) for place in range(len(months))],
        "</svg>\n",
    ]
    return "\n".join(parts)


def stack(month: Month) -> tuple[int, int, int]:
    """How many charges were captured at once, were recovered after a decline, and were declined."""
    happened = month.happened
    recovered = min(happened.recovered, happened.captured)
    return happened.captured - recovered, recovered, happened.declined


def nice_top(value: float) -> float:
    """The end of an axis: the first of a few round numbers that is not below the value, and not below the ticks."""
    if value <= TICKS:
        return float(TICKS)
    power = 10.0 ** floor(log10(value))
    return min(step * power for step in ROUND if step * power >= value)


def _head(title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="Inter, Helvetica, Arial, sans-serif">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>\n'
        f'<text x="{LEFT}" y="42" font-size="21" font-weight="600" fill="{INK}">{escape(title)}</text>'
    )


def _caption(top: float, text: str) -> str:
    return f'<text x="{LEFT}" y="{top - 20}" font-size="14" font-weight="600" fill="{INK}">{escape(text)}</text>'


def _grid(scale: Scale, shown: Callable[[float], str]) -> str:
    lines = []
    for value in scale.ticks():
        y = scale.y(value)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        lines.append(_label(LEFT - 10, y + 4, shown(value), "end", FAINT))
    return "\n".join(lines)


def _revenue(months: Sequence[Month], scale: Scale) -> str:
    points = [(_x(months, place), scale.y(month.happened.mrr_minor)) for place, month in enumerate(months)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    area = f"{points[0][0]:.1f},{scale.foot} {line} {points[-1][0]:.1f},{scale.foot}"
    dot = f'r="3.5" fill="{PAPER}" stroke="{BLUE}" stroke-width="2"'
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" {dot}/>' for x, y in points)
    return (
        f'<polygon points="{area}" fill="{BLUE}" fill-opacity="0.10"/>\n'
        f'<polyline points="{line}" fill="none" stroke="{BLUE}" stroke-width="2.5" stroke-linejoin="round"/>\n{dots}'
    )


def _bar(months: Sequence[Month], place: int, scale: Scale) -> str:
    width = min(46.0, _step(months) * BAR_SHARE)
    bottom, parts = 0, []
    for (_, color), count in zip(KINDS, stack(months[place]), strict=True):
        y, foot = scale.y(bottom + count), scale.y(bottom)
        if count:
            x = _x(months, place) - width / 2
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{foot - y:.1f}" fill="{color}"/>')
        bottom += count
    return "\n".join(parts)


def _legend() -> str:
    parts, x = [], LEFT + 96.0
    for name, color in KINDS:
        parts.append(f'<rect x="{x:.0f}" y="{BARS_TOP - 30}" width="11" height="11" rx="2" fill="{color}"/>')
        parts.append(f'<text x="{x + 17:.0f}" y="{BARS_TOP - 20}" font-size="12.5" fill="{FAINT}">{name}</text>')
        x += 44 + 6.6 * len(name)
    return "\n".join(parts)


def _month(months: Sequence[Month], place: int) -> str:
    """Every month's name as long as there is room, and the year below the first and each January."""
    year, _, number = months[place].month.partition("-")
    every = ceil(34 / _step(months))
    x, y = _x(months, place), BARS_TOP + BARS_HEIGHT + 22
    name = _label(x, y, NAMES[int(number) - 1], "middle", FAINT)
    under = _label(x, y + 18, year, "middle", INK)
    return (name if place % every == 0 else "") + (under if place == 0 or number == "01" else "")


def _label(x: float, y: float, text: str, anchor: str, color: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="12" fill="{color}">{escape(text)}</text>'


def _step(months: Sequence[Month]) -> float:
    return (WIDTH - LEFT - RIGHT) / len(months)


def _x(months: Sequence[Month], place: int) -> float:
    return LEFT + _step(months) * (place + 0.5)


def _money(minor: float) -> str:
    return f"${minor / 100:,.0f}"
