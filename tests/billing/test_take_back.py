"""What credit notes take back of an invoice: never more than is left, at its own tax, and in the end exactly all."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.credit_notes.rules import Part, spread, take_back

RATES = [("VAT", 190_000), ("VAT", 70_000), ("", 0)]


def _invoice(lines: list[tuple[int, int]]) -> list[Part]:
    """Lines of a net amount at the rate of that place; a discount is below zero."""
    return [
        Part(UUID(int=place), RATES[rate], net, round(net * RATES[rate][1] / 1_000_000))
        for place, (net, rate) in enumerate(lines)
    ]


def _gross(parts: list[Part]) -> int:
    return sum(part.gross_minor for part in parts)


def _less(left: list[Part], taken: list[Part]) -> list[Part]:
    by_line = {part.line_id: part for part in taken}
    nothing = Part(UUID(int=0), RATES[0], 0, 0)
    return [
        Part(part.line_id, part.tax_key, part.net_minor - gone.net_minor, part.tax_minor - gone.tax_minor)
        for part in left
        for gone in [by_line.get(part.line_id, nothing)]
    ]


CHARGES = st.lists(st.tuples(st.integers(1, 100_000), st.integers(0, 2)), min_size=1, max_size=5)
DISCOUNTS = st.lists(st.tuples(st.integers(-500, -1), st.integers(0, 2)), max_size=2)
CUTS = st.lists(st.floats(0, 1, exclude_min=True), max_size=8)


@given(charges=CHARGES, discounts=DISCOUNTS, cuts=CUTS)
def test_any_number_of_notes_adds_up_to_the_invoice(
    charges: list[tuple[int, int]], discounts: list[tuple[int, int]], cuts: list[float]
) -> None:
    left = _invoice(charges + discounts)
    if _gross(left) <= 0:
        return
    for cut in cuts:
        amount = max(1, int(_gross(left) * cut))
        taken = take_back(left, amount)
        assert _gross(taken) == amount
        left = _less(left, taken)
        if not _gross(left):
            assert not any(part.net_minor or part.tax_minor for part in left)
            return
    assert _less(left, take_back(left, _gross(left))) == [Part(part.line_id, part.tax_key, 0, 0) for part in left]


@given(lines=st.lists(st.tuples(st.integers(1, 100_000), st.integers(0, 2)), min_size=1, max_size=5), cuts=CUTS)
def test_no_line_gives_back_more_than_it_charged(lines: list[tuple[int, int]], cuts: list[float]) -> None:
    left = _invoice(lines)
    for cut in cuts:
        if _gross(left):
            left = _less(left, take_back(left, max(1, int(_gross(left) * cut))))
        assert all(part.net_minor >= 0 and part.tax_minor >= 0 for part in left)


def test_a_third_of_an_invoice_at_two_rates() -> None:
    full, reduced = Part(UUID(int=1), RATES[0], 10_000, 1_900), Part(UUID(int=2), RATES[1], 10_000, 700)
    assert [(part.net_minor, part.tax_minor) for part in take_back([full, reduced], 7_533)] == [
        (3_333, 633), (3_334, 233),
    ]  # fmt: skip


@pytest.mark.parametrize("amount", [0, -1, 11_901])
def test_nothing_and_more_than_is_left_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="of 11900"):
        take_back([Part(UUID(int=1), RATES[0], 10_000, 1_900)], amount)


@given(amount=st.integers(-10_000, 10_000), weights=st.lists(st.integers(-100, 100), min_size=1, max_size=6))
def test_shares_are_together_the_amount(amount: int, weights: list[int]) -> None:
    if sum(weights):
        assert sum(spread(amount, weights)) == amount
