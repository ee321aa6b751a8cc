"""Amounts of a CSV: which sign is the decimal one, and what came and what left."""

import re
from collections.abc import Mapping
from decimal import Decimal

from statements.amounts import minor_units

# one column with signs, two without, or one whose direction stands in another
AMOUNTS = AMOUNT, CREDIT, DEBIT, DIRECTION = "amount", "credit", "debit", "direction"
# what a file cannot say, and the person who imports it can
STATED = DECIMAL_SIGN, CREDIT_WORD, DEBIT_WORD = "decimal_sign", "credit_word", "debit_word"

_BLANKS = re.compile("[\u00a0\u2009\u202f]")
_GROUPED = "[1-9][0-9]{{0,2}}(?P<by>[{other}' ])[0-9]{{3}}(?:(?P=by)[0-9]{{3}})*"
# by the decimal sign
_READINGS = {
    sign: re.compile(f"(?P<whole>[0-9]*|{_GROUPED.format(other=other)})(?:[{sign}](?P<decimals>[0-9]+))?")
    for sign, other in (",.", ".,")
}


def is_signed(written: str) -> bool:
    """Whether an amount tells by itself that it came or left."""
    return _plain(written)[:1] in {"+", "-"}


def signed_minor(row: Mapping[str, str]) -> int:
    """What a row is in minor units of its currency: above zero for what came, below for what left.

    Raises ValueError with a sentence, and Rejected as `minor_units`.
    """
    if AMOUNT not in row:
        return _of_two_columns(row)
    minor = _minor(row, AMOUNT)
    return _directed(minor, _came(row)) if DIRECTION in row else minor


def _of_two_columns(row: Mapping[str, str]) -> int:
    came, left = (_minor(row, column) if row[column] else 0 for column in (CREDIT, DEBIT))
    if bool(came) == bool(left):
        raise ValueError("it must have an amount either for what came or for what left")
    return _directed(came or left, bool(came))


def _came(row: Mapping[str, str]) -> bool:
    credit, debit = row.get(CREDIT_WORD, CREDIT), row.get(DEBIT_WORD, DEBIT)
    words = {credit.casefold(): True, debit.casefold(): False}
    came = words.get(row[DIRECTION].casefold())
    if came is None or len(words) < len((credit, debit)):
        raise ValueError(f"{row[DIRECTION]!r} must be {credit!r} for what came or {debit!r} for what left")
    return came


def _directed(minor: int, came: bool) -> int:
    """Some banks write the minus of what left all the same; before what came it would be a riddle."""
    if came and minor < 0:
        raise ValueError("what came has a minus")
    return minor if came else -abs(minor)


def _minor(row: Mapping[str, str], column: str) -> int:
    """Of `-1.234,56`, `1,234.56`, `1'234.5` or `1234`.

    What says another amount to a German than to an American, as `1.234`, is refused unless the decimal sign is stated.
    """
    written, stated = row[column], row.get(DECIMAL_SIGN, "")
    if stated and stated not in _READINGS:
        raise ValueError(f"a decimal sign is ',' or '.', and not {stated!r}")
    plain = _plain(written)
    sign, figures = (plain[0], plain[1:]) if is_signed(written) else ("", plain)
    found = {amount for each in stated or _READINGS if (amount := _read(figures, each)) is not None}
    if not found:
        raise ValueError(f"{written!r} is no amount")
    if len(found) > 1:
        raise ValueError(f"{written!r} may be read in two ways: state its decimal sign")
    minor = minor_units(f"{found.pop():f}", row["currency"])
    return -minor if sign == "-" else minor


def _read(figures: str, decimal_sign: str) -> Decimal | None:
    found = _READINGS[decimal_sign].fullmatch(figures)
    if found is None or not (found["whole"] or found["decimals"]):
        return None
    whole = re.sub("[^0-9]", "", found["whole"])
    return Decimal(f"{whole or 0}.{found['decimals'] or 0}")


def _plain(written: str) -> str:
    """With the blanks, the minus and the apostrophe that a keyboard has."""
    return _BLANKS.sub(" ", written).replace("\u2212", "-").replace("\u2019", "'")
