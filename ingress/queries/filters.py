"""Query parameters. What is not named here is refused."""

import re
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from database.pages import PAGE_SIZE_MAX, Cursor
from schemas.instants import Day
from schemas.locales import TimeZone

# a chart of a year, leap years as well
DAYS_MAX = timedelta(days=366)


def figure(written: str) -> int:
    """Whole numbers in figures alone: Python would read `1_0` as ten."""
    if not re.fullmatch("[0-9]{1,9}", written):
        raise ValueError("must be a whole number")
    return int(written)


class Filter(BaseModel):
    """Base of all filters."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PageFilter(Filter):
    """A page of a list. `cursor` is `next_cursor` of the page before."""

    cursor: Annotated[Cursor, BeforeValidator(Cursor.parse)] | None = None
    limit: Annotated[int, BeforeValidator(figure), Field(ge=1, le=PAGE_SIZE_MAX)] = 20


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
