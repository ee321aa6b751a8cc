"""Pages of a list, newest first. Ids of ours grow with time, so the last one of a page is the cursor of the next."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

PAGE_SIZE_MAX = 100

Row = TypeVar("Row")


def newest_first(
    session: Session, query: Select[Row], row_id: InstrumentedAttribute[UUID], before: UUID | None, limit: int
) -> tuple[list[Row], str | None]:
    """A page of a query and the cursor of the next one, None at the end; `limit` is 1 to `PAGE_SIZE_MAX`."""
    if before is not None:
        query = query.where(row_id < before)
    limit = min(limit, PAGE_SIZE_MAX)
    found = session.scalars(query.order_by(row_id.desc()).limit(limit + 1)).all()
    cursor = str(getattr(found[limit - 1], row_id.key)) if len(found) > limit else None
    return list(found[:limit]), cursor
