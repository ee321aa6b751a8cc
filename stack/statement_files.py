"""A bank's file as a person names it at the terminal."""

from collections.abc import Sequence
from pathlib import Path

from schemas.facts.statements import BankLine
from stack.errors import StackError
from stack.payments import refusals_told
from statements.read import FILE_BYTES_MAX, read_statements
from statements.read_csv import COLUMNS, CsvColumns


def read_file(path: Path, columns: CsvColumns) -> list[BankLine]:
    """All lines of it, in its order; raises StackError for one that is no statement, or not a whole one."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise StackError(f"{path} has more than {FILE_BYTES_MAX} bytes: no statement has")
        content = path.read_bytes()
    except OSError as error:
        raise StackError(f"{path} cannot be read: {error.strerror}") from error
    with refusals_told():
        return [line for statement in read_statements(content, columns) for line in statement.lines]


def csv_columns(written: Sequence[str]) -> CsvColumns:
    """`amount=Betrag` names a column of the file, `currency==EUR` is the same in all of its lines."""
    headers, values = {}, {}
    for each in written:
        ours, _, theirs = each.partition("=")
        if ours not in COLUMNS or not theirs.strip("= "):
            raise StackError(
                f"{each!r} is no column: write one of {', '.join(COLUMNS)}, as amount=Betrag or currency==EUR"
            )
        if theirs.startswith("="):
            values[ours] = theirs[1:].strip()
        else:
            headers[ours] = theirs.strip()
    return CsvColumns(headers, values)
