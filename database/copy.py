"""Write many rows at once with PostgreSQL's COPY, which costs a fraction of an INSERT per row."""

import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
import psycopg2
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from database.base import Base

NULL = "\\N"
# https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_rows(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that have the same keys; columns that are not among them take their defaults.

    Raises what any other statement raises (IntegrityError for a broken constraint), and the transaction is lost.
    """
    if not rows:
        return
    columns = list(rows[0])
    lines = io.StringIO()
    for row in rows:
        lines.write("\t".join([_text(row[column]) for column in columns]))
        lines.write("\n")
    lines.seek(0)
    with closing(session.connection().connection.cursor()) as cursor:
        _copy(cursor, f"COPY {table.__tablename__} ({', '.join(columns)}) FROM STDIN", lines)


def _copy(cursor: Any, statement: str, lines: io.StringIO) -> None:
    """psycopg2's own, beyond the DB-API: SQLAlchemy does not see it and so does not translate its errors."""
    try:
        cursor.copy_expert(statement, lines)
    except psycopg2.Error as error:
        # "too busy" and "disk full" have to look like weather here, too, and not like a bug in the rows
        raise DBAPIError.instance(statement, None, error, psycopg2.Error) from error


def _text(value: Any) -> str:
    form = FORMS.get(type(value))
    return form(value) if form is not None else _of_enum(value)


def _of_enum(value: Any) -> str:
    if isinstance(value, Enum):
        return _escaped(str(value.value))
    raise TypeError(f"COPY has no form for a {type(value).__name__}")


def _escaped(value: str) -> str:
    # nearly every text is fine as it is, and this look costs a tenth of the translation
    return value if value.isprintable() and "\\" not in value else value.translate(ESCAPES)


def _of_uuid(value: UUID) -> str:
    # PostgreSQL needs no hyphens, which take longer to put in than all the rest
    return f"{value.int:032x}"


def _of_json(value: object) -> str:
    return _escaped(orjson.dumps(value).decode())


FORMS: Mapping[Any, Callable[[Any], str]] = {
    type(None): lambda _: NULL,
    str: _escaped,
    int: str,
    bool: lambda value: "t" if value else "f",
    UUID: _of_uuid,
    datetime: datetime.isoformat,
    dict: _of_json,
    list: _of_json,
}
