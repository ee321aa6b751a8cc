"""One time line of all that happened to an account."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from billing.overview.branches import BRANCHES
from database.pages import PAGE_SIZE_MAX, Between, Cursor, Paging
from schemas.views.activity import ActivityKind, ActivityView
from schemas.views.base import Page


def list_activity(
    session: Session, account_id: UUID, paging: Paging, *, kind: ActivityKind | None = None, written: Between
) -> Page[ActivityView]:
    """A page of it, the newest first: of each kind the newest are asked for, and of these the newest are shown.

    What the transaction may not see, by its permissions, is not among them.
    """
    limit = min(paging.limit, PAGE_SIZE_MAX)
    newest = (
        _newest(each, account_id, paging.after, written, limit + 1) for each in ActivityKind if kind in (None, each)
    )
    line = union_all(*(select(branch.subquery()) for branch in newest)).subquery()
    wanted = select(line).order_by(line.c.created_at.desc(), line.c.id.desc()).limit(limit + 1)
    found = session.execute(wanted).all()
    cursor = None
    if len(found) > limit:
        last = found[limit - 1]
        cursor = str(Cursor(paging.word, last.created_at, last.id))
    return Page(data=list(_views(account_id, found[:limit])), next_cursor=cursor)


def _newest(kind: ActivityKind, account_id: UUID, after: Cursor | None, written: Between, limit: int) -> Select[Any]:
    """The newest of one kind before a place."""
    branch = BRANCHES[kind](account_id).add_columns(literal(kind.value).label("kind"))
    created_at, row_id = branch.selected_columns.created_at, branch.selected_columns.id
    branch = branch.where(*written.holds(created_at))
    if after is not None:
        branch = branch.where(tuple_(created_at, row_id) < tuple_(after.place, after.row_id))
    return branch.order_by(created_at.desc(), row_id.desc()).limit(limit)


def _views(account_id: UUID, found: Sequence[Row[Any]]) -> Iterator[ActivityView]:
    for row in found:
        yield ActivityView(
            account_id=account_id, kind=ActivityKind(row.kind), what=row.what, at=row.created_at, id=row.id,
            status=row.status or None, amount=row.amount, unit=row.unit, reference=row.reference or None,
            who=row.who or None,
        )  # fmt: skip
