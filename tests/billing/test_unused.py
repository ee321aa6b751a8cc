"""What of an invoice is unused: never less than nothing, never more than is left, and what was really paid for it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.credit_notes.rules import Part, take_back
from billing.invoices.tables import LineKind
from billing.refunds.sales import Line, Sale, credits_of, sales_of, take_unused, unused_minor

RATES = [("VAT", 190_000), ("VAT", 70_000), ("", 0)]
CHARGE, CREDIT, DISCOUNT = LineKind.CHARGE, LineKind.CREDIT, LineKind.DISCOUNT


def _line(place: int, kind: LineKind, net: int, rate: int = 2, granted: int = 0, used: int = 0, step: int = 1) -> Line:
    tax = round(net * RATES[rate][1] / 1_000_000 / step) * step
    left = Part(UUID(int=place), RATES[rate], net, tax)
    return Line(kind, left.gross_minor, left, granted, granted - used, used)


def _invoice(*lines: tuple[LineKind, int, int, int]) -> list[Sale]:
    """Kind, net, credits and how many of them are used."""
    return sales_of([_line(place, kind, net, 2, *credits) for place, (kind, net, *credits) in enumerate(lines)])


def _nets(sales: Sequence[Sale]) -> list[list[int]]:
    return [[line.billed_minor for line in sale.lines] for sale in sales]


def test_a_coupon_lowers_the_plan_that_it_is_on() -> None:
    half_off = (CHARGE, 10_000, 100, 60), (DISCOUNT, -5_000, 0, 0), (CHARGE, 2_000, 0, 0)
    assert _nets(_invoice(*half_off)) == [[10_000, -5_000], [2_000]]
    assert unused_minor(_invoice(*half_off), 1) == 2_000 + 2_000


def test_unused_time_lowers_what_takes_its_place() -> None:
    upgrade = (CREDIT, -6_667, 0, 0), (CHARGE, 13_333, 67, 30), (CREDIT, -500, 0, 0), (CHARGE, 900, 0, 0)
    assert _nets(_invoice(*upgrade)) == [[-6_667, 13_333], [-500, 900]]
    assert unused_minor(_invoice(*upgrade), 1) == 6_666 * 37 // 67 + 400


def test_what_gives_back_more_than_it_belongs_to_lowers_all_else() -> None:
    cheaper = (CREDIT, -6_667, 0, 0), (CHARGE, 3_000, 50, 25), (CHARGE, 9_000, 0, 0)
    assert _nets(_invoice(*cheaper)) == [[-6_667, 3_000, 9_000]]
    assert unused_minor(_invoice(*cheaper), 1) == 5_333 // 2


def test_a_free_plan_gives_nothing_back_and_keeps_its_credits() -> None:
    [free, service] = _invoice((CHARGE, 5_000, 100, 40), (DISCOUNT, -5_000, 0, 0), (CHARGE, 2_000, 0, 0))
    assert unused_minor([free, service], 1) == 2_000
    taken = take_unused([free, service], 2_000, 1)
    assert [part.net_minor for part in taken] == [2_000]
    assert credits_of(free, taken) == {}


def test_what_is_unused_is_rounded_down_to_the_step() -> None:
    assert unused_minor(_invoice((CHARGE, 9_990, 70, 3)), 10) == 9_560


@st.composite
def invoices(draw: st.DrawFn, step: int = 1) -> list[Line]:
    """Plans with credits of which some are used, coupons on them, unused time before them, services; at three rates."""
    lines: list[Line] = []

    def add(kind: LineKind, low: int, high: int, rate: int, granted: int = 0) -> None:
        used = draw(st.integers(0, granted))
        lines.append(_line(len(lines), kind, draw(st.integers(low, high)) * step, rate, granted, used, step))

    for _ in range(draw(st.integers(1, 3))):
        rate = draw(st.integers(0, 2))
        if draw(st.booleans()):
            add(CREDIT, -2_000, -1, draw(st.integers(0, 2)))
        add(CHARGE, 0, 5_000, rate, draw(st.integers(0, 300)))
        if draw(st.booleans()):
            add(DISCOUNT, -2_000, -1, rate)
    return lines


def _gross(parts: Sequence[Part]) -> int:
    return sum(part.gross_minor for part in parts)


def _left(lines: Sequence[Line]) -> int:
    return _gross([line.left for line in lines])


def _used(line: Line, used: int) -> Line:
    return replace(line, used=used, unused=line.granted - used)


@given(lines=invoices(), data=st.data())
def test_it_is_within_what_is_left_and_grows_with_the_unused_credits(lines: list[Line], data: st.DataObject) -> None:
    if _left(lines) < 0:
        return
    more = [_used(line, data.draw(st.integers(0, line.used))) for line in lines]
    none = [_used(line, 0) for line in lines]
    values = [unused_minor(sales_of(each), 1) for each in (lines, more, none)]
    assert values == sorted(values)
    assert values[0] >= 0
    assert values[-1] == _left(lines)


@given(lines=invoices(step=10), share=st.floats(0.01, 1))
def test_in_a_currency_of_steps_all_parts_are_multiples(lines: list[Line], share: float) -> None:
    unused = unused_minor(sales_of(lines), 10)
    amount = int(unused * share) // 10 * 10
    assert unused % 10 == 0
    if amount > 0:
        taken = take_unused(sales_of(lines), amount, 10)
        assert _gross(taken) == amount
        assert all(part.net_minor % 10 == 0 and part.tax_minor % 10 == 0 for part in taken)


def _less(lines: Sequence[Line], taken: Sequence[Part]) -> list[Line]:
    """The invoice after a credit note, and the grants after what it took back of them."""
    of_line = {part.line_id: part for part in taken}
    wanted = {line_id: count for sale in sales_of(lines) for line_id, count in credits_of(sale, taken).items()}
    nothing = Part(UUID(int=0), RATES[2], 0, 0)
    after = []
    for line in lines:
        gone = of_line.get(line.left.line_id, nothing)
        left = replace(
            line.left,
            net_minor=line.left.net_minor - gone.net_minor,
            tax_minor=line.left.tax_minor - gone.tax_minor,
        )
        after.append(replace(line, left=left, unused=line.unused - min(line.unused, wanted.get(left.line_id, 0))))
    return after


@given(lines=invoices(), shares=st.lists(st.floats(0.01, 1), min_size=1, max_size=6))
def test_a_row_of_refunds_adds_up_to_what_was_unused(lines: list[Line], shares: list[float]) -> None:
    if _left(lines) < 0:
        return
    before = unused_minor(sales_of(lines), 1)
    given = 0
    for share in shares:
        unused = unused_minor(sales_of(lines), 1)
        assert given + unused <= before
        amount = max(1, int(unused * share))
        if unused:
            taken = take_unused(sales_of(lines), amount, 1)
            assert _gross(taken) == amount
            lines, given = _less(lines, taken), given + amount


@given(lines=invoices(), shares=st.lists(st.tuples(st.booleans(), st.floats(0.01, 1)), max_size=6))
def test_whatever_was_forgiven_before_no_credits_stay_that_were_refunded(
    lines: list[Line], shares: list[tuple[bool, float]]
) -> None:
    """What stays when all that is unused has gone back costs less than the least unit of money."""
    if _left(lines) < 0:
        return
    for is_forgiven, share in [*shares, (False, 1)]:
        left, unused = _left(lines), unused_minor(sales_of(lines), 1)
        assert 0 <= unused <= left
        amount = int((left if is_forgiven else unused) * share)
        if amount > 0:
            parts = [line.left for line in lines]
            lines = _less(lines, take_back(parts, amount) if is_forgiven else take_unused(sales_of(lines), amount, 1))
    for sale in sales_of(lines):
        if sale.billed_minor > 0 and sale.granted:
            assert sum(line.unused for line in sale.lines) * sale.billed_minor < sale.granted * 2


@given(lines=invoices(), share=st.floats(0.01, 1))
def test_each_rate_keeps_its_tax(lines: list[Line], share: float) -> None:
    amount = int(unused_minor(sales_of(lines), 1) * share)
    if amount <= 0:
        return
    sales = sales_of(lines)
    taken = take_unused(sales, amount, 1)
    for key in RATES:
        net, tax = (
            sum(getattr(part, name) for part in taken if part.tax_key == key) for name in ("net_minor", "tax_minor")
        )
        # half a unit for each line's tax as it was billed, and for each sale's
        assert abs(tax - net * key[1] / 1_000_000) <= 0.5 * (len(lines) + len(sales)) + 1
