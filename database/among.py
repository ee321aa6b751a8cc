"""Whether a column is one of many ids."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, String, Uuid, any_, bindparam, cast, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

IdColumn = InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]


def is_among(column: IdColumn, ids: Iterable[UUID]) -> ColumnElement[bool]:
    """One array, however many they are. An IN would write out and quote a parameter for each: that took a renewal of
    a batch of 500 a tenth of its time.
    """
    return column == any_(cast(literal(listed(ids)), ARRAY(Uuid)))


def is_among_those(column: IdColumn, name: str) -> ColumnElement[bool]:
    """The same for a statement that is built once: with each run comes a parameter of this name, which is `listed`."""
    return column == any_(cast(bindparam(name, type_=String), ARRAY(Uuid)))


def listed(ids: Iterable[UUID]) -> str:
    """The ids as PostgreSQL writes an array of them."""
    return f"{{{','.join([each.hex for each in ids])}}}"
