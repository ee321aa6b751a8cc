"""Pages of a list, newest first.

The order is that of `(created_at, id)`: ids alone do not tell it, as some are derived from an Idempotency-Key. Neither
column ever changes, so whoever follows the cursors sees each row that was there when it began, whatever is added
meanwhile. A row whose transaction took long appears at the place of its beginning, behind who has passed there.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

PAGE_SIZE_MAX = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FORM = struct.Struct(">q16s")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page, after which the next one begins. Its text is nobody's business but ours."""

    created_at: datetime
    row_id: UUID

    def __str__(self) -> str:
        microseconds = (self.created_at - _EPOCH) // _MICROSECOND
        return urlsafe_b64encode(_FORM.pack(microseconds, self.row_id.bytes)).decode()

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor that has this text; raises ValueError for what was never one."""
        try:
            microseconds, row_id = _FORM.unpack(urlsafe_b64decode(text))
            return cls(_EPOCH + microseconds * _MICROSECOND, UUID(bytes=row_id))
        except (struct.error, ValueError, OverflowError):
            raise ValueError("must be the next_cursor of a page") from None


class Listed(Protocol):
    """A table whose rows are listed."""

    id: InstrumentedAttribute[UUID]
    created_at: InstrumentedAttribute[datetime]


Row = TypeVar("Row")


def narrowed(query: Select[Row], *wanted: tuple[SQLColumnExpression[Any], Any]) -> Select[Row]:
    """The rows of a query of which each of these is as wanted; None wants nothing."""
    return query.where(*(column == value for column, value in wanted if value is not None))


def newest_first(
    session: Session, query: Select[Row], table: Any, before: Cursor | None, limit: int
) -> tuple[list[Row], str | None]:
    """A page of a query and the cursor of the next one, None at the end; `limit` is 1 to `PAGE_SIZE_MAX`."""
    place = tuple_(table.created_at, table.id)
    if before is not None:
        query = query.where(place < tuple_(before.created_at, before.row_id))
    limit = min(limit, PAGE_SIZE_MAX)
    in_order = query.order_by(table.created_at.desc(), table.id.desc())
    found: Sequence[Any] = session.scalars(in_order.limit(limit + 1)).all()
    cursor = str(Cursor(found[limit - 1].created_at, found[limit - 1].id)) if len(found) > limit else None
    return list(found[:limit]), cursor
