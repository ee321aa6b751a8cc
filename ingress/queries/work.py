"""Reads of what is queued, done and parked: everybody's commands, what gateways told, and what must follow."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from billing.whose_work import accounts_of, get_follow_up, get_inbox_event, get_operation, is_about
from database.inbox import InboxEvent
from database.memories import Memory
from database.memory import WorkState
from database.operations import Operation
from database.outbox import OutboxEntry
from database.work import STATUSES, Said, list_operations, list_work
from ingress.operations import view_operation
from ingress.queries.filters import OfTime, PageFilter
from logs import last_line, redact_text
from masked import masked, masked_text
from schemas.names import Line
from schemas.views.base import Page
from schemas.views.operations import Status
from schemas.views.work import DecidedView, FollowUpView, GivenCommandView, InboxEventView, WorkStatus

Word = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]
Fields = dict[str, Any]


class GivenCommandFilter(PageFilter, OfTime):
    """A page of everybody's commands."""

    kind: Word | None = None
    status: Status | None = None
    account_id: UUID | None = None
    caller: Line | None = None


class InboxFilter(PageFilter, OfTime):
    """A page of what gateways told."""

    status: WorkStatus | None = None
    gateway: Word | None = None
    event_type: Word | None = None
    event_id: Word | None = None


class OutboxFilter(PageFilter, OfTime):
    """A page of what must follow."""

    status: WorkStatus | None = None
    topic: Word | None = None


def given_commands(session: Session, wanted: GivenCommandFilter) -> Page[GivenCommandView]:
    """`GET /v1/admin/operations/`"""
    whose = is_about(wanted.account_id) if wanted.account_id else None
    said = Said(wanted.kind, wanted.status, wanted.caller, wanted.created, whose)
    rows, cursor = list_operations(session, wanted.paging, said)
    accounts = accounts_of(session, rows)
    return Page(data=[_operation(row, accounts.get(row.id)) for row in rows], next_cursor=cursor)


def given_command(session: Session, row_id: UUID) -> GivenCommandView:
    """`GET /v1/admin/operations/{id}/`"""
    row = get_operation(session, row_id)
    shown = _operation(row, accounts_of(session, [row]).get(row.id))
    return shown.model_copy(update={"body": masked(row.body), "error": _whole(row)})


def inbox(session: Session, wanted: InboxFilter) -> Page[InboxEventView]:
    """`GET /v1/admin/inbox/`"""
    columns = (
        (InboxEvent.gateway, wanted.gateway), (InboxEvent.event_type, wanted.event_type),
        (InboxEvent.event_id, wanted.event_id), (InboxEvent.created_at, wanted.created),
    )  # fmt: skip
    rows, cursor = list_work(session, InboxEvent, wanted.paging, wanted.status, *columns)
    accounts = accounts_of(session, rows)
    return Page(data=[_event(row, accounts.get(row.id)) for row in rows], next_cursor=cursor)


def inbox_event(session: Session, row_id: UUID) -> InboxEventView:
    """`GET /v1/admin/inbox/{id}/`"""
    row = get_inbox_event(session, row_id)
    shown = _event(row, accounts_of(session, [row]).get(row.id))
    return shown.model_copy(update={"body": masked_text(row.body), "error": _whole(row)})


def outbox(session: Session, wanted: OutboxFilter) -> Page[FollowUpView]:
    """`GET /v1/admin/outbox/`"""
    columns = (OutboxEntry.topic, wanted.topic), (OutboxEntry.created_at, wanted.created)
    rows, cursor = list_work(session, OutboxEntry, wanted.paging, wanted.status, *columns)
    accounts = accounts_of(session, rows)
    return Page(data=[_follow_up(row, accounts.get(row.id)) for row in rows], next_cursor=cursor)


def outbox_entry(session: Session, row_id: UUID) -> FollowUpView:
    """`GET /v1/admin/outbox/{id}/`"""
    row = get_follow_up(session, row_id)
    shown = _follow_up(row, accounts_of(session, [row]).get(row.id))
    return shown.model_copy(update={"error": _whole(row)})


def _operation(row: Operation, account_id: UUID | None) -> GivenCommandView:
    shown = view_operation(row).model_dump()
    masks = {name: masked(shown[name]) for name in ("result", "problem")}
    more = {"caller": row.caller, "account_id": account_id, **_of_any(row)}
    return GivenCommandView(**{**shown, **masks, **more})


def _event(row: InboxEvent, account_id: UUID | None) -> InboxEventView:
    named = {"gateway": row.gateway, "event_id": row.event_id, "event_type": row.event_type}
    return InboxEventView(**named, **_of_work(row, account_id))


def _follow_up(row: OutboxEntry, account_id: UUID | None) -> FollowUpView:
    named: Fields = {"topic": row.topic, "subject_id": row.subject_id, "cause": row.cause}
    return FollowUpView(**named, **_of_work(row, account_id))


def _of_work(row: InboxEvent | OutboxEntry, account_id: UUID | None) -> Fields:
    return {
        "id": row.id, "status": STATUSES[row.state], "account_id": account_id, "attempts": row.attempts,
        "created_at": row.created_at, "finished_at": row.finished_at, **_of_any(row),
    }  # fmt: skip


def _of_any(row: Memory) -> Fields:
    """When it is tried next, as long as it is; why it was not done; and who wants none of it any more."""
    decided = (
        DecidedView(discarded_by=row.discarded_by, discarded_because=row.discarded_because or "")
        if row.discarded_by
        else None
    )
    return {
        "next_attempt_at": row.next_attempt_at if row.state is WorkState.READY else None,
        "error": redact_text(last_line(row.error or "")),
        "discarded": decided,
    }


def _whole(row: Memory) -> str:
    return redact_text(row.error or "").strip()
