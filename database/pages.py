"""Pages of a list, newest first or in another order.

Newest first is the order of `(created_at, id)`: ids alone do not tell it, as some are derived from an Idempotency-Key.
Neither column ever changes, so whoever follows the cursors sees each row that was there when it began, whatever is
added meanwhile. A row whose transaction took long appears at the place of its beginning, behind who has passed there.
So it is in every order by what does not change (an amount, a number); a row whose due date moves meanwhile may be
passed by.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, tuple_
from sqlalchemy.orm import Session

PAGE_SIZE_MAX = 100
NEWEST_FIRST: Final = "-created"
# What a list can be ordered by, in the words of its `sort`, and what stands in such a column.
KINDS: Mapping[str, type[datetime] | type[int] | type[str]] = {
    "created": datetime, "issued": datetime, "due": datetime, "received": datetime, "opened": datetime,
    "amount": int, "number": str, "name": str,
}  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# what a column of instants or of whole numbers can hold, and a text of ours
_WHOLE_MAX = 2**63 - 1
_TEXT_LENGTH_MAX = 200

# what PostgreSQL keeps in no text, and UTF-8 has no bytes for
_NO_TEXT = re.compile("[\0\ud800-\udfff]")

Place = datetime | int | str
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page, after which the next one begins: what it is ordered by, and the row's id.

    `place` is of the kind that `KINDS` says of `word`. The text of a cursor is nobody's business but ours.
    """

    word: str
    place: Place
    row_id: UUID

    def __str__(self) -> str:
        place = (self.place - _EPOCH) // _MICROSECOND if isinstance(self.place, datetime) else self.place
        return urlsafe_b64encode(json.dumps([self.word, place, self.row_id.hex]).encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor that has this text; raises ValueError for what was never one."""
        try:
            word, place, row_id = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return cls(word, _place(KINDS[word], place), UUID(hex=row_id))
        except (NotBase64, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            raise ValueError("must be the next_cursor of a page") from None


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list, and its order: a word of `KINDS`, the greatest first with a minus before it.

    `after` is the cursor of the page before, in the same order; `limit` is 1 to `PAGE_SIZE_MAX`.
    """

    after: Cursor | None = None
    limit: int = 20
    sort: str = NEWEST_FIRST

    @property
    def word(self) -> str:
        """What it is ordered by."""
        return word_of(self.sort)

    @property
    def is_descending(self) -> bool:
        """The newest, latest or greatest first."""
        return self.sort.startswith("-")


@dataclass(frozen=True, slots=True)
class Between:
    """From the one on and up to the other, each None for no end. Of instants the end is the first that is not meant."""

    start: Place | None = None
    end: Place | None = None

    def holds(self, column: SQLColumnExpression[Any]) -> Iterator[ColumnElement[bool]]:
        """What a column has to be."""
        if self.start is not None:
            yield column >= self.start
        if self.end is not None:
            yield column < self.end if isinstance(self.end, datetime) else column <= self.end


FIRST_PAGE = Paging()


def word_of(sort: str) -> str:
    """What a list is ordered by."""
    return sort.removeprefix("-")


def narrowed(query: Select[Row], *wanted: tuple[SQLColumnExpression[Any], Any]) -> Select[Row]:
    """The rows of a query of which each of these is as wanted, or lies between; None wants nothing."""
    for column, value in wanted:
        if isinstance(value, Between):
            query = query.where(*value.holds(column))
        elif value is not None:
            query = query.where(column == value)
    return query


def in_order(
    session: Session, query: Select[Row], table: Any, paging: Paging, by: Mapping[str, SQLColumnExpression[Any]]
) -> tuple[list[Row], str | None]:
    """A page of a query and the cursor of the next one, None at the end; `by` is a column for each word of a `sort`.

    A list that is ordered by what some rows do not have (a draft has no number) is one of those that have it.
    """
    column = by[paging.word]
    place = tuple_(column, table.id)
    if paging.after is not None:
        last = tuple_(paging.after.place, paging.after.row_id)
        query = query.where(place < last if paging.is_descending else place > last)
    ends = (column.desc(), table.id.desc()) if paging.is_descending else (column.asc(), table.id.asc())
    limit = min(paging.limit, PAGE_SIZE_MAX)
    wanted = query.where(column.is_not(None)).order_by(*ends).limit(limit + 1)
    found: Sequence[Any] = session.scalars(wanted).all()
    if len(found) <= limit:
        return list(found), None
    last_row = found[limit - 1]
    return list(found[:limit]), str(Cursor(paging.word, getattr(last_row, _name(column)), last_row.id))


def newest_first(session: Session, query: Select[Row], table: Any, paging: Paging) -> tuple[list[Row], str | None]:
    """The same of a list that has no other order than that of its beginning."""
    return in_order(session, query, table, paging, {"created": table.created_at})


def _name(column: SQLColumnExpression[Any]) -> str:
    name: str = getattr(column, "key")  # noqa: B009 - every column of a table has one, an expression need not
    return name


def _place(kind: type, written: Any) -> Place:
    if kind is str:
        if not isinstance(written, str) or len(written) > _TEXT_LENGTH_MAX or _NO_TEXT.search(written):
            raise ValueError
        return written
    if type(written) is not int or abs(written) > _WHOLE_MAX:
        raise ValueError
    return _EPOCH + written * _MICROSECOND if kind is datetime else written
