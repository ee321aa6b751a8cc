"""The metadata that every table belongs to, and the column types they share."""

from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

import structlog
from sqlalchemy import BigInteger, CheckConstraint, DateTime, MetaData, String, Text, TypeDecorator, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

log = structlog.get_logger(__name__)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


STATE_LENGTH_MAX = 32


class State(TypeDecorator[Any]):
    """A word of a `StrEnum`, plain text in the database: adding one must not need an ALTER TYPE.

    `one_of` keeps strangers out. One that a newer version has written, before this one came back, is read as the text
    that it is: no rule takes it for anything and no `move` leads on from it, but the list that it stands in is shown.
    """

    impl = String(STATE_LENGTH_MAX)
    cache_ok = True

    def __init__(self, words: type[Enum] = StrEnum) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        """Its text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        """The word, or the text when there is no such word."""
        if value is None:
            return None
        try:
            return self.words(value)
        except ValueError:
            log.warning("unknown_word", word=value, words=self.words.__name__)
            return value

    def _resolve_for_python_type(self, python_type: type[Any], matched_on: Any, flattened: Any) -> "State":
        """SQLAlchemy asks its own `Enum` the same way: which type a column is of whose annotation is this enum."""
        return State(python_type)


class Base(DeclarativeBase):
    """Root of all tables. Strings are TEXT, integers BIGINT, times TIMESTAMPTZ."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this plain dict from the class
        str: Text(),
        int: BigInteger(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        Enum: State(),
    }


def one_of(column: str, states: type[StrEnum]) -> CheckConstraint:
    """The database refuses a state that the enum does not know."""
    listed = ", ".join(f"'{state.value}'" for state in states)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def in_calendar(column: str) -> CheckConstraint:
    """The database refuses an instant that `schemas.instants` refuses: far ones are in no calendar of Python's."""
    within = f"{column} >= '2000-01-01T00:00:00Z' AND {column} < '2200-01-01T00:00:00Z'"
    return CheckConstraint(within, name=f"{column}_in_calendar")


def of_letters(column: str, count: int) -> CheckConstraint:
    """The database refuses what cannot be the code of a country (two letters) or of a currency (three)."""
    return CheckConstraint(f"{column} ~ '^[A-Z]{{{count}}}$'", name=f"{column}_iso")


def written_at() -> Any:
    """When the row was written, by the database's clock, UTC."""
    return mapped_column(server_default=func.now())
