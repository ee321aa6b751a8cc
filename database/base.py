"""The metadata that every table belongs to, and the column types they share."""

from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, MetaData, Text, func
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


STATE_LENGTH_MAX = 32
# Plain text in the database: adding a state must not need an ALTER TYPE. `one_of` keeps strangers out.
STATES = EnumType(
    Enum, native_enum=False, length=STATE_LENGTH_MAX, values_callable=lambda states: [state.value for state in states]
)


class Base(DeclarativeBase):
    """Root of all tables. Strings are TEXT, integers BIGINT, times TIMESTAMPTZ."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this plain dict from the class
        str: Text(),
        int: BigInteger(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        Enum: STATES,
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
