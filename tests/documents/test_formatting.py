"""Money, dates and rates on paper, and what may stand in a header."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import Rejected
from documents.formatting import format_amount, format_count, format_date, format_money, format_rate, single_line
from documents.headers import file_stem, header_text, recipient_address


@pytest.mark.parametrize(
    ("minor", "currency", "printed"),
    [
        (2_999, "USD", "29.99 USD"),
        (1_500, "JPY", "1,500 JPY"),
        (1_234_567, "KWD", "1,234.567 KWD"),
        (5, "EUR", "0.05 EUR"),
        (-2_999, "USD", "-29.99 USD"),
        (123_456_789_012, "USD", "1,234,567,890.12 USD"),
    ],
)
def test_money_is_printed_in_its_major_unit(minor: int, currency: str, printed: str) -> None:
    assert format_money(minor, currency) == printed
    assert format_amount(minor, currency) == printed.split()[0]


@given(minor=st.integers(-(10**18), 10**18), currency=st.sampled_from(["USD", "JPY", "KWD"]))
def test_no_digit_of_an_amount_is_lost(minor: int, currency: str) -> None:
    digits = format_amount(minor, currency).replace(",", "").replace(".", "")
    assert int(digits) == minor


@pytest.mark.parametrize(
    ("rate_ppm", "printed"),
    [(190_000, "19%"), (72_500, "7.25%"), (0, "0%"), (1_000_000, "100%"), (100_000, "10%"), (1, "0.0001%")],
)
def test_rates_are_exact_without_trailing_zeros(rate_ppm: int, printed: str) -> None:
    assert format_rate(rate_ppm) == printed


def test_dates_name_the_month() -> None:
    assert format_date(date(2026, 11, 2)) == "2 November 2026"
    assert format_date(date(2028, 2, 29)) == "29 February 2028"


def test_counts_and_single_lines() -> None:
    assert format_count(15_000) == "15,000"
    assert single_line("one\r\ntwo\tthree") == "one two three"


@pytest.mark.parametrize("value", ["a\r\nBcc: b@example.com", "a\nb", "a\x00b", "a\u2028b", "a\x85b", "a\ud800b"])
def test_text_that_could_end_a_header_is_refused(value: str) -> None:
    with pytest.raises(Rejected, match="unsafe_header"):
        header_text("name", value)


@pytest.mark.parametrize("value", ["Müller & Söhne", "株式会社", "O'Neil, Inc.", "👩‍👩‍👧 Family"])
def test_ordinary_names_may_stand_in_a_header(value: str) -> None:
    assert header_text("name", value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nobody",
        "@example.com",
        "a@",
        "a@example.com,b@example.com",
        "a@example.com b@example.com",
        "Name <a@example.com>",
        "a@b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a" * 250 + "@example.com",
    ],
)
def test_a_recipient_is_exactly_one_plain_address(value: str) -> None:
    with pytest.raises(Rejected):
        recipient_address(value)


@pytest.mark.parametrize("number", ["", "../secret", "INV 1", "INV-1\n", "a/b", ".hidden", "x" * 65])
def test_an_invoice_number_that_is_no_file_name_is_refused(number: str) -> None:
    with pytest.raises(Rejected, match="invalid_invoice_number"):
        file_stem(number)
