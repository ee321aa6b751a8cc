"""Whether a column is one of many ids."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, cast, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute


def is_among(
    column: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None], ids: Iterable[UUID]
) -> ColumnElement[bool]:
    """One array, however many they are. An IN would write out and quote a parameter for each: that took a renewal of
    a batch of 500 a tenth of its time.
    """
    listed = ",".join([each.hex for each in ids])
    return column == any_(cast(literal(f"{{{listed}}}"), ARRAY(Uuid)))
