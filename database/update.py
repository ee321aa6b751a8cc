"""Write columns of many rows in one statement, whatever their number."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import TextClause, text
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from database.base import Base
from database.copy import as_array

KEY = "id"
DIALECT = PGDialect_psycopg2()  # type: ignore[no-untyped-call]  # only to name types


def update_rows(session: Session, rows: Sequence[Base], columns: tuple[str, ...]) -> None:
    """Write these columns of rows of one table, by their `id`.

    The objects count as written afterwards: the session does not write these columns once more, one by one. Rows that
    are no longer the session's are written just the same, and spare it the look for changes at the commit.
    """
    if not rows:
        return
    values = {name: as_array([getattr(row, name) for row in rows]) for name in (KEY, *columns)}
    session.connection().execute(_statement(type(rows[0]), columns), values)
    for row in rows:
        if row in session:
            _mark_written(row, columns)


def _mark_written(row: Base, columns: tuple[str, ...]) -> None:
    for name in columns:
        set_committed_value(row, name, getattr(row, name))


@cache
def _statement(table: type[Base], columns: tuple[str, ...]) -> TextClause:
    types = {name: table.__table__.columns[name].type.compile(DIALECT) for name in (KEY, *columns)}
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())
    changes = ", ".join(f"{name} = new.{name}" for name in columns)
    name = table.__tablename__
    return text(
        f"UPDATE {name} SET {changes} FROM unnest({arrays}) AS new ({', '.join(types)}) WHERE {name}.{KEY} = new.{KEY}"  # noqa: S608 - names of our own tables
    )
