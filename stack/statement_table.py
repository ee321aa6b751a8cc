"""Lines of the bank as a table at the terminal."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from uuid import UUID

from billing.money import Money, format_major
from billing.statements.tables import StatementLine
from stack.printable import printable_line

HEADER = ("day", "amount", "status", "of", "why", "from or to")


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line, where it stands or would stand, why, and of which invoice or refund."""

    line_id: UUID
    day: str
    amount: str
    standing: str
    of: str
    reason: str
    who: str


def tell(line: StatementLine, standing: str, reason: str, of: str = "") -> ToldLine:
    """What a person has to see of it, in one line."""
    amount = format_major(Money(line.amount_minor, line.currency))
    who = printable_line(line.payer or line.text)
    return ToldLine(line.id, line.booked_on.isoformat(), amount, standing.replace("_", " "), of or "-", reason, who)


def table(told: Sequence[ToldLine], *, with_ids: bool) -> list[str]:
    """In columns, under their names. What is not kept has no id yet."""
    rows = [HEADER, *((each.day, each.amount, each.standing, each.of, each.reason, each.who) for each in told)]
    ids = ["id", *(str(each.line_id) for each in told)] if with_ids else []
    named = [row if line_id is None else (line_id, *row) for line_id, row in zip_longest(ids, rows)]
    widths = [max(map(len, column)) for column in zip(*named, strict=True)]
    return ["  ".join(part.ljust(width) for part, width in zip(row, widths, strict=True)).rstrip() for row in named]


def in_short(told: Sequence[ToldLine]) -> str:
    """How many stand where."""
    counted = Counter(each.standing for each in told)
    return ", ".join(f"{count} {standing}" for standing, count in counted.items()) or "no booked lines"
