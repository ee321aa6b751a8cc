"""Decimal strings there and back, by currency, to the last minor unit."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import Rejected
from billing.money import Money
from gateways.paypal.amounts import AMOUNTS, CURRENCIES, WITHOUT_DECIMALS, from_paypal, to_paypal
from schemas.currencies import CURRENCIES as ISO
from schemas.currencies import exponent

MINOR = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("minor", "currency", "value"),
    [
        (2999, "USD", "29.99"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (1500, "JPY", "1500"),
        (150_000, "HUF", "1500"),
        (150_000, "TWD", "1500"),
        (10**12, "GBP", "10000000000.00"),
        (12_345, "BHD", "12.345"),
    ],
)
def test_amounts_as_paypal_writes_them(minor: int, currency: str, value: str) -> None:
    assert to_paypal(minor, currency) == {"currency_code": currency, "value": value}
    assert from_paypal({"currency_code": currency, "value": value}) == Money(minor, currency)


@given(MINOR, st.sampled_from(CURRENCIES))
def test_an_amount_that_may_be_charged_comes_back_as_it_went(minor: int, currency: str) -> None:
    minor -= minor % AMOUNTS[currency].step
    written = to_paypal(minor, currency)
    assert from_paypal(written) == Money(minor, currency)
    assert Decimal(written["value"]) * 10 ** exponent(currency) == minor
    assert ("." in written["value"]) is (currency not in WITHOUT_DECIMALS)


@given(MINOR, st.sampled_from(sorted(WITHOUT_DECIMALS - {"JPY"})))
def test_a_fraction_where_there_are_none_is_refused_and_not_rounded(minor: int, currency: str) -> None:
    if minor % 100:
        with pytest.raises(Rejected, match="amount_too_fine"):
            to_paypal(minor, currency)


@pytest.mark.parametrize(
    "value",
    ["", "1,00", "1e3", "NaN", "Infinity", "-", ".", "1.005", "0.001", " 1", "1 ", "1\n", "٣", "1" * 29, 5, 1.0, None],
)
def test_what_is_no_amount_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_paypal({"currency_code": "USD", "value": value})


@given(st.text(max_size=40))
def test_no_text_becomes_another_amount_than_it_says(value: str) -> None:
    try:
        read = from_paypal({"currency_code": "USD", "value": value})
    except ValueError:
        return
    assert Decimal(value) * 100 == read.minor


@pytest.mark.parametrize("currency", ["usd", "US", "", "USDX"])
def test_a_currency_that_is_none_is_refused(currency: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - Money's, or ours
        from_paypal({"currency_code": currency, "value": "1.00"})


def test_the_limits_name_whole_amounts_where_paypal_takes_no_others() -> None:
    assert set(AMOUNTS) == set(CURRENCIES) <= ISO
    steps = {currency: rule.step for currency, rule in AMOUNTS.items() if rule.step != 1}
    assert steps == {"HUF": 100, "TWD": 100}
    assert all(rule.least == rule.step and rule.greatest % rule.step == 0 for rule in AMOUNTS.values())
