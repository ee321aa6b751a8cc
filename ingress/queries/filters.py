"""Query parameters. What is not named here is refused."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from database.pages import PAGE_SIZE_MAX, Cursor


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
