"""CSV: no two banks agree on one, so the person who imports it says what its columns are called."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from schemas.facts.statements import BankLine, BankStatement
from statements.accounts import account_name
from statements.csv_amounts import AMOUNT, AMOUNTS, CREDIT, DEBIT, DIRECTION, STATED, is_signed, signed_minor
from statements.refusal import bad_statement
from statements.texts import NAME_LENGTH_MAX, given_reference, one_line, without_blanks

NEEDED = ("booked_on", "currency", "account")
OPTIONAL = ("bank_reference", "reference", "text", "payer", "payer_account")
COLUMNS = (*NEEDED, *AMOUNTS, *OPTIONAL, *STATED)
_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})|(?P<d>\d{2})\.(?P<m>\d{2})\.(?P<y>\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class CsvColumns:
    """What each of our columns is called in the file, where that is not its name; `values` are those of all lines."""

    headers: Mapping[str, str]
    values: Mapping[str, str]


def read_csv(text: str, columns: CsvColumns) -> Iterator[BankStatement]:
    """One statement per account of the file. Raises Rejected `bad_statement`, naming the line."""
    by_account: dict[str, list[BankLine]] = {}
    is_told = False
    for number, row in _rows(text, columns):
        is_told = is_told or AMOUNT not in row or DIRECTION in row or is_signed(row[AMOUNT])
        line = _line(number, row)
        by_account.setdefault(line.account, []).append(line)
    if by_account and not is_told:
        raise bad_statement(
            "none of its amounts has a sign, so that nobody can tell what came from what left: name its column"
            " direction, or credit and debit, or state direction==credit if all of it came"
        )
    for account, lines in by_account.items():
        yield BankStatement(account, tuple(lines))


def _rows(text: str, columns: CsvColumns) -> Iterator[tuple[int, dict[str, str]]]:
    """The number of a line, as an editor shows it, and its fields by our names."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = next(reader, [])
        places = _places(header, columns)
        for row in reader:
            if any(field.strip() for field in row):
                # an amount whose comma is taken for the end of its column makes one more
                if len(row) != len(header):
                    raise bad_statement(f"line {reader.line_num} has {len(row)} columns, the first {len(header)}")
                yield reader.line_num, _named(row, places, columns)
    except csv.Error as error:
        raise bad_statement(f"line {reader.line_num} is no CSV: {error}") from error


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(";,\t", key=head.count)


def _places(header: list[str], columns: CsvColumns) -> dict[str, int]:
    written = [name.strip().casefold() for name in header]
    places = {}
    # what a person states is so, whatever the file calls its columns
    for ours in (column for column in COLUMNS if column not in columns.values):
        theirs = columns.headers.get(ours, ours).casefold()
        if written.count(theirs) > 1:
            raise bad_statement(f"its first line has the column {theirs!r} twice")
        if theirs in written:
            places[ours] = written.index(theirs)
        elif ours in NEEDED or ours in columns.headers:
            raise bad_statement(f"its first line has no column {theirs!r} for {ours}")
    _check_amounts({*places, *columns.values})
    return places


def _check_amounts(known: Collection[str]) -> None:
    told = {AMOUNT, CREDIT, DEBIT}.intersection(known)
    if told not in ({AMOUNT}, {CREDIT, DEBIT}) or (DIRECTION in known and AMOUNT not in told):
        raise bad_statement("its columns must be either amount, with or without direction, or credit and debit")


def _named(row: list[str], places: dict[str, int], columns: CsvColumns) -> dict[str, str]:
    return {**columns.values, **{ours: row[place].strip() for ours, place in places.items()}}


def _line(number: int, row: dict[str, str]) -> BankLine:
    minor = _minor(number, row)
    account = account_name(row["account"])
    if not account:
        raise bad_statement(f"line {number} names no account")
    return BankLine(
        account=account,
        booked_on=_day(number, row["booked_on"]),
        amount_minor=minor,
        currency=row["currency"],
        entry_minor=minor,
        bank_ref=given_reference(row.get("bank_reference")),
        reference=without_blanks(row.get("reference")),
        text=one_line(row.get("text")),
        payer=one_line(row.get("payer"), NAME_LENGTH_MAX),
        payer_account=without_blanks(row.get("payer_account")),
    )


def _minor(number: int, row: dict[str, str]) -> int:
    try:
        return signed_minor(row)
    except ValueError as error:
        raise bad_statement(f"line {number}: {error}") from error


def _day(number: int, written: str) -> date:
    found = _DAY.fullmatch(written)
    try:
        if found is None:
            raise ValueError
        year, month, day, d, m, y = found.groups()
        return date(int(year or y), int(month or m), int(day or d))
    except ValueError:
        raise bad_statement(f"line {number}: {written!r} is no day like 2026-01-31 or 31.01.2026") from None
