"""Record what gateways told of many rows in one transaction; the row that fails in its set fails again by itself."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from database.engine import Database
from database.memory import Remembered
from workers import claims
from workers.halves import in_halves

Row = TypeVar("Row", bound=Remembered)
Fact = TypeVar("Fact")

Write = Callable[[Session, Sequence[Fact]], None]


def record_together(database: Database, told: Sequence[tuple[Row, Fact]], write: Write[Fact]) -> None:
    """Mark the rows done and write what each was told; rows that are somebody else's by now are left out.

    A set that fails is halved until the bad one stands alone, and that one ends by its family. The rows keep no
    results, which would be a statement more for each.
    """
    if told:
        in_halves(told, partial(_record, database, write), partial(_record_alone, database, write))


def _record(database: Database, write: Write[Fact], told: Sequence[tuple[Row, Fact]]) -> None:
    fact_of = {row.id: fact for row, fact in told}

    def act(session: Session, rows: Sequence[Row]) -> None:
        write(session, [fact_of[row.id] for row in rows])

    claims.finish_set(database, [row for row, _ in told], act)


def _record_alone(database: Database, write: Write[Fact], told: tuple[Row, Fact], _error: Exception) -> None:
    row, fact = told
    with claims.attempt(database, row):
        claims.finish(database, row, lambda session: write(session, [fact]))
