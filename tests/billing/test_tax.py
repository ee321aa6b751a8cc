"""A tax is computed once per rate and document, and its lines add up to it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.invoices.rules import LineDraft, add_up
from billing.money import PARTS_PER_MILLION, Money
from billing.tax.decision import NO_TAX, TaxDecision, TaxReason
from billing.tax.rules import tax_of_lines

VAT_20 = TaxDecision("VAT", 200_000, TaxReason.RATE_OF_COUNTRY, "AT 2026-11-22")
VAT_19 = TaxDecision("VAT", 190_000, TaxReason.AS_CHARGED, "in/1")
PENNIES = LineDraft("Seat", 1, Money(33, "EUR"))


def _taxes(tax: TaxDecision, *amounts: int) -> list[int]:
    return [share.minor for share in tax_of_lines([Money(minor, "EUR") for minor in amounts], [tax] * len(amounts))]


@pytest.mark.parametrize(
    ("amounts", "tax_minor"),
    [([33] * 20 + [1_000], 332), ([33] * 3, 20), ([-33] * 3, -20), ([33, -33], 0), ([3], 1), ([-3], -1), ([2], 0)],
)
def test_one_rate_is_rounded_once(amounts: list[int], tax_minor: int) -> None:
    assert sum(_taxes(VAT_20, *amounts)) == tax_minor


def test_half_a_cent_goes_away_from_zero_both_ways() -> None:
    """5 % of 10 cents is half a cent, which no currency has."""
    five = TaxDecision("GST", 50_000, TaxReason.RATE_OF_COUNTRY)
    assert (_taxes(five, 10), _taxes(five, -10)) == ([1], [-1])


def test_the_largest_remainder_gets_the_cent_and_the_earlier_of_equals() -> None:
    assert _taxes(VAT_20, 33, 33, 33) == [7, 7, 6]
    assert _taxes(VAT_20, 31, 34) == [6, 7]


def test_what_is_given_back_at_an_earlier_rate_is_a_rate_of_its_own() -> None:
    """Together they would be rounded together: -19 of 190,000 ppm and 3 × 6.6."""
    back = LineDraft("Unused time", 1, Money(-100, "EUR"), tax=VAT_19)
    totals = add_up([PENNIES, PENNIES, back, PENNIES], VAT_20)
    assert [tax.minor for tax in totals.line_taxes] == [7, 7, -19, 6]
    assert (totals.subtotal.minor, totals.tax.minor, totals.total.minor) == (-1, 1, 0)


rates = st.sampled_from([VAT_19, VAT_20, NO_TAX, TaxDecision("IGIC", 65_000, TaxReason.RATE_OF_COUNTRY)])
lines_of_document = st.lists(st.tuples(st.integers(-10_000_000, 10_000_000), rates), min_size=1, max_size=30)


@given(lines_of_document)
def test_lines_of_any_document_add_up_and_none_is_a_cent_off(lines: list[tuple[int, TaxDecision]]) -> None:
    nets, taxes = [Money(net, "EUR") for net, _ in lines], [tax for _, tax in lines]
    shares = [share.minor for share in tax_of_lines(nets, taxes)]
    for tax in set(taxes):
        places = [place for place, other in enumerate(taxes) if other == tax]
        rate = Fraction(tax.rate_ppm, PARTS_PER_MILLION)
        exact = sum(lines[place][0] for place in places) * rate
        together = sum(shares[place] for place in places)
        away_from_zero = int(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)
        assert together == away_from_zero
        assert all(abs(shares[place] - lines[place][0] * rate) < 1 for place in places)
