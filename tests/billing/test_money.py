"""Money: whole minor units, one currency at a time, rounding that says where the remainder goes."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.credits.rules import spread
from billing.invoices.rules import LineDraft, add_up
from billing.money import Money, format_major, share_half_up
from billing.tax.decision import TaxDecision, TaxReason

amounts = st.integers(min_value=-(10**12), max_value=10**12)
rates_ppm = st.integers(min_value=0, max_value=1_000_000)


@given(amounts, rates_ppm)
def test_a_share_is_the_exact_share_rounded_half_away_from_zero(minor: int, rate_ppm: int) -> None:
    exact = Decimal(minor) * rate_ppm / 1_000_000
    assert share_half_up(Money(minor, "USD"), rate_ppm).minor == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 10**7)), min_size=1, max_size=20), rates_ppm)
def test_an_invoice_is_the_sum_of_its_lines(lines: list[tuple[int, int]], rate_ppm: int) -> None:
    drafts = [LineDraft("item", quantity, Money(unit, "EUR")) for quantity, unit in lines]
    totals = add_up(drafts, TaxDecision("VAT", rate_ppm, TaxReason.RATE_OF_COUNTRY))
    assert totals.subtotal.minor == sum(quantity * unit for quantity, unit in lines)
    assert totals.tax == share_half_up(totals.subtotal, rate_ppm) == sum(totals.line_taxes, Money(0, "EUR"))
    assert totals.total == totals.subtotal + totals.tax


@given(st.integers(1, 10**6), st.lists(st.integers(1, 10**5), max_size=20))
def test_spreading_takes_in_order_and_never_more_than_there_is(amount: int, remaining: list[int]) -> None:
    taken = spread(amount, remaining)
    assert sum(taken) == min(amount, sum(remaining))
    assert all(0 <= share <= available for share, available in zip(taken, remaining, strict=True))
    first_left_over = next((i for i, share in enumerate(taken) if share < remaining[i]), len(taken))
    assert not any(taken[first_left_over + 1 :])


def test_currencies_do_not_mix_and_floats_are_not_money() -> None:
    with pytest.raises(ValueError, match="cannot mix"):
        Money(1, "USD") + Money(1, "EUR")
    with pytest.raises(TypeError):
        Money(9.99, "USD")  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, "usd")


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (2_999, "USD", "29.99 USD"),
        (1_500, "JPY", "1,500 JPY"),
        (1_234_567, "KWD", "1,234.567 KWD"),
        (-5, "EUR", "-0.05 EUR"),
    ],
)
def test_amounts_are_shown_in_major_units(minor: int, currency: str, shown: str) -> None:
    assert format_major(Money(minor, currency)) == shown
