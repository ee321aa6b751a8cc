"""MT940 as banks write it: names of days, funds codes, returned payments and sums."""

import pytest

from schemas.facts.statements import BankLine
from statements.read import read_statements
from statements.read_csv import CsvColumns
from tests.statements.samples import mt940


def _lines(content: str) -> list[BankLine]:
    statements = read_statements(content.encode(), CsvColumns({}, {}))
    return [line for statement in statements for line in statement.lines]


def _day(day: int, opening: str, closing: str, *entries: str) -> str:
    opened, closed = f"C2611{day - 1}EUR{opening}", f"C2611{day}EUR{closing}"
    return mt940(*entries, opening=opened, closing=closed, number="00000/001")


def test_days_may_all_have_one_name() -> None:
    """Savings banks call each STARTUMSE 00000/001; a day without lines is like the next."""
    days = [
        _day(20, "100,00", "100,00"),
        _day(21, "100,00", "110,00", ":61:2611211121C10,00NTRFNONREF\n:86:a"),
        _day(22, "110,00", "120,00", ":61:2611221122C10,00NTRFNONREF\n:86:a"),
        _day(22, "120,00", "120,00"),
        _day(22, "120,00", "120,00"),
    ]
    assert [line.booked_on.day for line in _lines("\n".join(days))] == [21, 22]


@pytest.mark.parametrize(
    ("mark", "minor", "is_reversal"),
    [
        ("C", 1_000, False),
        ("D", -1_000, False),
        ("RC", -1_000, True),
        ("RD", 1_000, True),
        ("CR", 1_000, False),
        ("DR", -1_000, False),
        ("CD", 1_000, False),
        ("DD", -1_000, False),
        ("RCR", -1_000, True),
        ("RDD", 1_000, True),
    ],
)
def test_the_mark_tells_the_direction_whatever_letter_of_the_currency_follows(
    mark: str, minor: int, is_reversal: bool
) -> None:
    """German banks write the R of EUR behind it, others the D of USD."""
    closing = f"C261122EUR{(10_000 + minor) // 100},00"
    [line] = _lines(mt940(f":61:2611221122{mark}10,00NTRFNONREF//B1\n:86:x", closing=closing))
    assert (line.amount_minor, line.is_reversal) == (minor, is_reversal)


@pytest.mark.parametrize(
    ("kind", "code", "is_reversal", "is_collective"),
    [
        ("NTRF", "166", False, False),
        ("NTRF", "159", True, False),
        ("NRTI", "166", True, False),
        ("NTRF", "194", False, True),
    ],
)
def test_returned_payments_and_sums_are_told_by_their_codes(
    kind: str, code: str, is_reversal: bool, is_collective: bool
) -> None:
    entry = f":61:2611221122C10,00{kind}NONREF//B1\n:86:{code}?00CREDIT?20SVWZ+text"
    [line] = _lines(mt940(entry, closing="C261122EUR110,00"))
    assert (line.is_reversal, line.is_collective) == (is_reversal, is_collective)


def test_the_year_of_a_booking_is_that_next_to_its_value() -> None:
    entry = ":61:2701011231C10,00NTRFNONREF//B1\n:86:x"
    [line] = _lines(mt940(entry, opening="C261231EUR100,00", closing="C270101EUR110,00"))
    assert line.booked_on.isoformat() == "2026-12-31"
