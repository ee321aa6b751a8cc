"""Insert rows through statements that are built once.

Building and hashing an INSERT costs SQLAlchemy several times what running it costs; a hot transaction has ten of them.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from database.base import Base


def insert_rows(session: Session, table: type[Base], *rows: Mapping[str, Any]) -> None:
    """Insert rows that have the same keys, in one statement. A broken constraint raises IntegrityError."""
    _execute(session, _insert(table), rows)


def insert_unless_known(session: Session, table: type[Base], *rows: Mapping[str, Any]) -> None:
    """Insert those rows that break no unique constraint; the others were there already."""
    _execute(session, _insert_unless_known(table), rows)


def _execute(session: Session, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
    session.connection().execute(statement, list(rows))


@cache
def _insert(table: type[Base]) -> Insert:
    return insert(table.__table__)  # type: ignore[arg-type]  # declared as the wider FromClause


@cache
def _insert_unless_known(table: type[Base]) -> Insert:
    return insert(table.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]  # as above
