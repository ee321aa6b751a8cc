"""Read a bank's file, whichever of the three it is."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from schemas.facts.statements import BankStatement
from schemas.instants import EARLIEST, LATEST
from statements.read_camt import read_camt
from statements.read_csv import CsvColumns, read_csv
from statements.read_mt940 import read_mt940
from statements.refusal import bad_statement

# a year of a busy account; what is larger is no statement
FILE_BYTES_MAX = 32 * 1024 * 1024
LINES_MAX = 100_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_statements(
    content: bytes, columns: CsvColumns, heard: Callable[[int], None] = lambda _count: None
) -> Sequence[BankStatement]:
    """All statements of a file, or none: raises Rejected `bad_statement` where anything in it cannot be read.

    `columns` says what a CSV file calls its columns; `heard` is told how many lines were read so far.
    """
    if len(content) > FILE_BYTES_MAX:
        raise bad_statement(f"it has more than {FILE_BYTES_MAX} bytes")
    statements = list(_counted(_read(content.removeprefix(_BYTE_ORDER_MARK), columns), heard))
    _check_repeats(statements)
    return statements


def _read(content: bytes, columns: CsvColumns) -> Iterable[BankStatement]:
    head = content.lstrip()[:64]
    if head.startswith(b"<"):
        return read_camt(content)
    if head.startswith((b":20:", b"{1:", b"\x01")) or b"\n:20:" in content[:4_096]:
        return read_mt940(_decoded(content))
    return read_csv(_decoded(content), columns)


def _decoded(content: bytes) -> str:
    """UTF-8, or what banks wrote before it."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _counted(statements: Iterable[BankStatement], heard: Callable[[int], None]) -> Iterable[BankStatement]:
    count = 0
    for statement in statements:
        count += len(statement.lines)
        if count > LINES_MAX:
            raise bad_statement(f"it has more than {LINES_MAX} lines")
        _check_days(statement)
        heard(count)
        yield statement


def _check_days(statement: BankStatement) -> None:
    for line in statement.lines:
        if not EARLIEST.date() <= line.booked_on <= LATEST.date():
            raise bad_statement(f"a line of it was booked on {line.booked_on}, which is in no calendar of ours")


def _check_repeats(statements: Sequence[BankStatement]) -> None:
    """A file that was put together from others may have one statement twice: its lines are not to count twice."""
    moved = Counter(statement for statement in statements if statement.lines)
    twice = next((statement.account for statement, count in moved.items() if count > 1), None)
    if twice is not None:
        raise bad_statement(f"a statement of the account {twice!r} is in it twice")
