"""Write many rows at once: one INSERT per table, whose values travel as an array per column.

COPY is as fast, but PostgreSQL refuses it on tables with row-level security, see docs/decisions/0014.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import psycopg2
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from database.base import Base

DIALECT = dialect()  # type: ignore[no-untyped-call] # it has no types
NULL = "NULL"
# https://www.postgresql.org/docs/current/arrays.html, "Array Input and Output Syntax": within quotes only these two
ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})


def copy_rows(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that have the same keys; columns that are not among them take their defaults.

    Raises what any other statement raises (IntegrityError for a broken constraint), and the transaction is lost.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    arrays = [as_array([row[column] for row in rows]) for column in columns]
    with closing(session.connection().connection.cursor()) as cursor:
        _send(cursor, _statement(table, columns), arrays)


def as_array(values: Iterable[Any]) -> str:
    """Values as PostgreSQL writes an array of them, whatever the type of its elements."""
    return "{" + ",".join([_text(value) for value in values]) + "}"


@cache
def _statement(table: type[Base], columns: tuple[str, ...]) -> str:
    """The arrays are read as those of the columns' types: nothing is left to guess."""
    types = (table.__table__.columns[column].type.compile(DIALECT) for column in columns)
    arrays = ", ".join(f"%s::{each}[]" for each in types)
    return f"INSERT INTO {table.__tablename__} ({', '.join(columns)}) SELECT * FROM unnest({arrays})"  # noqa: S608 - our own names


def _send(cursor: Any, statement: str, arrays: Sequence[str]) -> None:
    """Past SQLAlchemy, which would look at each value again, and so does not translate the errors."""
    try:
        cursor.execute(statement, arrays)
    except psycopg2.Error as error:
        # "too busy" and "disk full" have to look like weather here, too, and not like a bug in the rows
        raise DBAPIError.instance(statement, None, error, psycopg2.Error) from error


def _text(value: Any) -> str:
    form = FORMS.get(type(value))
    return form(value) if form is not None else _of_enum(value)


def _of_enum(value: Any) -> str:
    if isinstance(value, Enum):
        return _quoted(str(value.value))
    raise TypeError(f"no array has a form for a {type(value).__name__}")


def _quoted(value: str) -> str:
    # nearly every text is fine as it is, and this look costs a tenth of the translation
    return f'"{value}"' if "\\" not in value and '"' not in value else f'"{value.translate(ESCAPES)}"'


def _of_uuid(value: UUID) -> str:
    # PostgreSQL needs no hyphens, which take longer to put in than all the rest
    return f"{value.int:032x}"


def _of_json(value: object) -> str:
    return _quoted(orjson.dumps(value).decode())


FORMS: Mapping[Any, Callable[[Any], str]] = {
    type(None): lambda _: NULL,
    str: _quoted,
    int: str,
    bool: lambda value: "t" if value else "f",
    UUID: _of_uuid,
    datetime: datetime.isoformat,
    dict: _of_json,
    list: _of_json,
}
