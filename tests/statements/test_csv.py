"""CSV: an amount is what it says to everybody, or the file is refused; and so is what came and what left."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from billing.errors import Rejected
from schemas.currencies import exponent
from schemas.facts.statements import BankLine
from statements.read import read_statements
from statements.read_csv import CsvColumns

PLAIN = CsvColumns({}, {})
MONEY = CsvColumns({}, {"currency": "EUR", "account": "4711"})


def _lines(text: str, columns: CsvColumns = PLAIN) -> list[BankLine]:
    return [line for statement in read_statements(text.encode(), columns) for line in statement.lines]


def _minor(written: str, currency: str = "EUR", decimal_sign: str = "") -> int:
    stated = {"currency": currency, "account": "4711", "direction": "credit"}
    if decimal_sign:
        stated["decimal_sign"] = decimal_sign
    [line] = _lines(f"booked_on;amount\n2026-11-22;{written}\n", CsvColumns({}, stated))
    return line.amount_minor


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("1234", "EUR", 123_400),
        ("1234.5", "EUR", 123_450),
        ("1.234,56", "EUR", 123_456),
        ("1,234.56", "USD", 123_456),
        ("1'234.50", "CHF", 123_450),
        ("1’234", "CHF", 123_400),
        ("1 234,56", "EUR", 123_456),
        ("1\u00a0234", "EUR", 123_400),
        ("1\u202f234\u202f567,89", "EUR", 123_456_789),
        ("1,234,567", "JPY", 1_234_567),
        ("1234,500", "EUR", 123_450),
        ("0.500", "KWD", 500),
        ("1234.567", "KWD", 1_234_567),
        (".01", "USD", 1),
        ("0,00", "EUR", 0),
    ],
)
def test_what_can_be_read_in_one_way_is_read_so(written: str, currency: str, minor: int) -> None:
    assert _minor(written, currency) == minor


@pytest.mark.parametrize(
    ("written", "currency", "with_point", "with_comma"),
    [
        ("12,000", "JPY", 12_000, 12),
        ("1.000", "EUR", 100, 100_000),
        ("2,000", "USD", 200_000, 200),
        ("1.230", "EUR", 123, 123_000),
        ("1.234", "KWD", 1_234, 1_234_000),
    ],
)
def test_thousands_are_never_taken_for_thousandths(
    written: str, currency: str, with_point: int, with_comma: int
) -> None:
    with pytest.raises(Rejected, match=r"line 2: .* two ways"):
        _minor(written, currency)
    assert _minor(written, currency, ".") == with_point
    assert _minor(written, currency, ",") == with_comma


@pytest.mark.parametrize(
    "written",
    [
        "", "-", ".", ",", "1.", "1,", "1.234.56", "1,23,456.78", "1.234'567,00", "1 23", "12.-", "(1.00)", "1.00-",
        "1.00 EUR", "$1.00", "1e3", "0x10", "१२", "--1", "1.234,567.89", "0,123,456", "NaN", "1'000'00",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(Rejected, match=r"line 2: .* is no amount"):
        _minor(written)


@pytest.mark.parametrize("sign", ["'", "comma", ",,"])
def test_a_decimal_sign_is_one_of_two(sign: str) -> None:
    with pytest.raises(Rejected, match="a decimal sign is"):
        _minor("1", "EUR", sign)


@given(
    minor=some.integers(0, 10**12),
    currency=some.sampled_from(["EUR", "JPY", "KWD"]),
    signs=some.sampled_from([(".", ","), (",", "."), ("'", "."), (" ", ","), ("", "."), ("", ",")]),
    is_padded=some.booleans(),
)
def test_an_amount_is_read_as_it_was_meant_or_not_at_all(
    minor: int, currency: str, signs: tuple[str, str], is_padded: bool
) -> None:
    """Whatever a bank groups by and however many decimals it writes; and always as meant, once its sign is stated."""
    by, decimal_sign = signs
    decimals = exponent(currency) if is_padded or minor % 10 ** exponent(currency) else 0
    major = f"{Decimal(minor).scaleb(-exponent(currency)):,.{decimals}f}"
    written = major.translate({ord("."): decimal_sign, ord(","): by})
    assert _minor(written, currency, decimal_sign) == minor
    with contextlib.suppress(Rejected):
        assert _minor(written, currency) == minor


def test_columns_are_called_what_the_bank_calls_them() -> None:
    text = 'Buchungstag,Betrag\n22.11.2026,"1,234.56"\n22.11.2026,-7\n'
    columns = CsvColumns({"booked_on": "Buchungstag", "amount": "Betrag"}, {"currency": "EUR", "account": "4711"})
    assert [(line.amount_minor, line.account) for line in _lines(text, columns)] == [(123_456, "4711"), (-700, "4711")]


def test_what_a_person_states_is_so_whatever_the_file_has_there() -> None:
    """The currency that the payer has sent, beside what came of it."""
    [line] = _lines("booked_on;amount;currency\n2026-11-22;+5;USD\n", MONEY)
    assert line.currency == "EUR"


@pytest.mark.parametrize("row", ["2026-11-22,29,99", "2026-11-22,29,", "2026-11-22"])
def test_a_line_of_more_or_fewer_columns_is_refused(row: str) -> None:
    """A decimal comma between commas makes one more: 29,99 would be 29."""
    with pytest.raises(Rejected, match=r"line 2 has . columns, the first 2"):
        _lines(f"booked_on,amount\n{row}\n", MONEY)


def test_a_file_in_which_no_amount_has_a_sign_is_refused_unless_all_came() -> None:
    """Its direction may stand in a column of which nobody has told us."""
    text = "booked_on;amount;S/H\n2026-11-22;29,99;S\n2026-11-22;5,00;H\n"
    with pytest.raises(Rejected, match="nobody can tell what came from what left"):
        _lines(text, MONEY)
    assert [line.amount_minor for line in _lines(text.replace("5,00", "-5,00"), MONEY)] == [2_999, -500]
    all_came = CsvColumns({}, {**MONEY.values, "direction": "credit"})
    assert [line.amount_minor for line in _lines(text, all_came)] == [2_999, 500]


@pytest.mark.parametrize(("written", "minor"), [("-5,00", -500), ("\u22125,00", -500), ("+5,00", 500)])
def test_a_sign_is_told_by_the_amount(written: str, minor: int) -> None:
    assert [line.amount_minor for line in _lines(f"booked_on;amount\n2026-11-22;{written}\n", MONEY)] == [minor]


def test_a_direction_tells_what_left() -> None:
    text = "booked_on;amount;S/H\n2026-11-22;29,99;S\n2026-11-22;5,00;h\n2026-11-22;-1,00;S\n"
    words = {**MONEY.values, "credit_word": "H", "debit_word": "S"}
    german = CsvColumns({"direction": "S/H"}, words)
    assert [line.amount_minor for line in _lines(text, german)] == [-2_999, 500, -100]
    english = text.replace("S/H", "Direction").replace(";S", ";Debit").replace(";h", ";CREDIT")
    assert [line.amount_minor for line in _lines(english, MONEY)] == [-2_999, 500, -100]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("29,99;", "must be 'H'"),
        ("29,99;D", "must be 'H'"),
        ("29,99;credit", "must be 'H'"),
        ("-29,99;H", "what came has a minus"),
    ],
)
def test_a_direction_that_tells_nothing_is_refused(row: str, why: str) -> None:
    german = CsvColumns({"direction": "S/H"}, {**MONEY.values, "credit_word": "H", "debit_word": "S"})
    with pytest.raises(Rejected, match=why):
        _lines(f"booked_on;amount;S/H\n2026-11-22;{row}\n", german)


def test_one_word_is_not_both_directions() -> None:
    alike = CsvColumns({}, {**MONEY.values, "credit_word": "debit"})
    with pytest.raises(Rejected, match="must be 'debit' for what came or 'debit'"):
        _lines("booked_on;amount;direction\n2026-11-22;29,99;debit\n", alike)


def test_what_came_and_what_left_may_have_a_column_each() -> None:
    text = "booked_on;Débit;Crédit\n2026-11-22;29,99;\n2026-11-22;;5,00\n2026-11-22;-1,00;0,00\n"
    french = CsvColumns({"debit": "débit", "credit": "crédit"}, MONEY.values)
    assert [line.amount_minor for line in _lines(text, french)] == [-2_999, 500, -100]


@pytest.mark.parametrize("row", [";", "0,00;0,00", "1,00;1,00", ";-5,00"])
def test_two_columns_of_which_not_one_tells_the_amount_are_refused(row: str) -> None:
    with pytest.raises(Rejected, match=r"line 2: (it must have an amount either|what came has a minus)"):
        _lines(f"booked_on;debit;credit\n2026-11-22;{row}\n", MONEY)


@pytest.mark.parametrize("header", ["text", "credit", "debit", "amount;credit;debit", "credit;debit;direction"])
def test_columns_that_contradict_each_other_are_refused(header: str) -> None:
    row = ";".join("1" for _ in header.split(";"))
    with pytest.raises(Rejected, match="must be either amount, with or without direction, or credit and debit"):
        _lines(f"booked_on;{header}\n2026-11-22;{row}\n", MONEY)


def test_a_word_that_stands_for_no_reference_is_none() -> None:
    [line] = _lines("booked_on;amount;bank_reference\n2026-11-22;+5;NONREF\n", MONEY)
    assert line.bank_ref == ""


def test_a_formula_is_text() -> None:
    [line] = _lines("booked_on;amount;payer\n2026-11-22;+5;=cmd|' /C calc'!A0\n", MONEY)
    assert line.payer == "=cmd|' /C calc'!A0"
