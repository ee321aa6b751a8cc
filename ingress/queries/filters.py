"""Query parameters. What is not named here is refused."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from database.pages import NEWEST_FIRST, PAGE_SIZE_MAX, Between, Cursor, Paging, word_of
from schemas.currencies import Currency
from schemas.instants import Day, Instant
from schemas.json_shapes import shape
from schemas.locales import TimeZone
from schemas.names import LENGTH_MAX

_DAY: TypeAdapter[Any] = TypeAdapter(Day)
# a chart of a year, leap years as well
DAYS_MAX = timedelta(days=366)


AMOUNT_MAX = 10**15 - 1


def figure(written: str) -> int:
    """Whole numbers in figures alone: Python would read `1_0` as ten."""
    if not re.fullmatch("[0-9]{1,9}", written):
        raise ValueError("must be a whole number")
    return int(written)


def _minor(written: str) -> int:
    """The same of an amount, which may be below zero."""
    if not re.fullmatch("-?[0-9]{1,15}", written):
        raise ValueError("must be a whole number of minor units")
    return int(written)


def _beginning(written: object) -> object:
    """A day stands for its beginning."""
    if isinstance(written, str) and len(written) == len("2026-01-31"):
        return datetime.combine(_DAY.validate_python(written), time(0), UTC)
    return written


Size = Annotated[int, BeforeValidator(figure), Field(ge=1, le=PAGE_SIZE_MAX)]
# an instant with its offset, or the beginning of a day of UTC
Moment = Annotated[Instant, BeforeValidator(_beginning)]
Amount = Annotated[int, BeforeValidator(_minor), shape(minimum=-AMOUNT_MAX, maximum=AMOUNT_MAX)]
ByAge = Literal["created", "-created"]
ByMoney = Literal["created", "-created", "amount", "-amount"]
Number = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
# a text to look for; NUL is in no text of ours, and PostgreSQL does not even look for it
Sought = Annotated[str, Field(max_length=LENGTH_MAX, pattern=r"^[^\x00]*$")]


class Filter(BaseModel):
    """Base of all filters. Where the path has an id, `in_path` is the field that would name the same thing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    in_path: ClassVar[str] = ""


# its text means nothing to anybody else
CURSOR = WithJsonSchema({"type": "string"})


class Listing(Filter):
    """Base of the pages of lists. `cursor` is `next_cursor` of the page before, in the same order.

    `sort` names what the list is ordered by, with a minus from the greatest on; each list says anew what it can be.
    """

    sort: str = NEWEST_FIRST
    cursor: Annotated[Cursor, BeforeValidator(Cursor.parse), CURSOR] | None = None
    limit: Size = 20

    @field_validator("cursor")
    @classmethod
    def _is_of_this_order(cls, cursor: Cursor | None, given: ValidationInfo) -> Cursor | None:
        if cursor is not None and cursor.word != word_of(given.data.get("sort", cursor.word)):
            raise ValueError("must be the next_cursor of a page in the same order")
        return cursor

    @property
    def paging(self) -> Paging:
        """The page, as the books are asked for it."""
        return Paging(self.cursor, self.limit, self.sort)


class PageFilter(Listing):
    """A page of a list by the age of its rows."""

    sort: ByAge = NEWEST_FIRST


class OfTime(Filter):
    """When rows were made: from an instant on, and before another."""

    created_from: Moment | None = None
    created_until: Moment | None = None

    @property
    def created(self) -> Between:
        """Both ends."""
        return Between(self.created_from, self.created_until)


class OfAmount(Filter):
    """How much, in minor units, both ends included; and in which currency."""

    currency: Currency | None = None
    amount_min: Amount | None = None
    amount_max: Amount | None = None

    @property
    def amount(self) -> Between:
        """Both ends."""
        return Between(self.amount_min, self.amount_max)


class MoneyFilter(Listing, OfTime, OfAmount):
    """Base of the pages of what has an amount, of whichever account."""

    account_id: UUID | None = None


class OfAccount(Filter):
    """What belongs to one account."""

    account_id: UUID


class PageOfAccount(PageFilter, OfAccount):
    """A page of what belongs to one account."""


class UsageFilter(OfAccount):
    """Days from `since` up to and without `until`; neither: the last thirty, with today.

    They are days of the account's time zone unless another is named.
    """

    since: Day | None = None
    until: Day | None = None
    time_zone: TimeZone | None = None

    @model_validator(mode="after")
    def _is_a_window(self) -> "UsageFilter":
        if (self.since is None) != (self.until is None):
            raise ValueError("since and until go together")
        if self.since and self.until and not timedelta(0) < self.until - self.since <= DAYS_MAX:
            raise ValueError(f"until must be 1 to {DAYS_MAX.days} days after since")
        return self
