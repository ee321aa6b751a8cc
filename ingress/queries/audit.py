"""Reads of what was done, and by whom."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from database.audit.chain import read_head
from database.audit.queries import Wanted, Whole, find_entry, list_entries
from database.audit.tables import ActorKind
from ingress.queries.filters import PageFilter, Sought
from schemas.instants import Instant
from schemas.views.audit import ActorView, AuditEntryView, AuditHeadView
from schemas.views.base import Page


class AuditFilter(PageFilter):
    """A page of entries."""

    who: Sought | None = None
    kind: ActorKind | None = None
    account_id: UUID | None = None
    action: Sought | None = None
    operation_id: UUID | None = None
    since: Instant | None = None
    until: Instant | None = None


def audit_entries(session: Session, wanted: AuditFilter) -> Page[AuditEntryView]:
    """`GET /v1/admin/audit/`"""
    asked = Wanted(**wanted.model_dump(exclude={"cursor", "limit", "sort"}))
    entries, cursor = list_entries(session, asked, wanted.cursor, wanted.limit, wanted.sort)
    return Page(data=[_view(entry) for entry in entries], next_cursor=cursor)


def audit_entry(session: Session, entry_id: UUID) -> AuditEntryView:
    """`GET /v1/admin/audit/{id}/`"""
    found = find_entry(session, entry_id)
    if found is None:
        raise Rejected("audit_entry_not_found", f"There is no audit entry {entry_id}.", status=404)
    return _view(found)


def audit_head(session: Session) -> AuditHeadView:
    """`GET /v1/admin/audit/head/`"""
    head = read_head(session)
    return AuditHeadView(seq=head.seq, hash=head.hash)


def _view(whole: Whole) -> AuditEntryView:
    entry, link = whole.entry, whole.link
    actor = ActorView(kind=entry.actor_kind, id=entry.actor_id, name=entry.actor_name, role=entry.actor_role)
    return AuditEntryView(
        id=entry.id,
        seq=link.seq if link else None,
        hash=link.hash if link else None,
        created_at=entry.created_at,
        actor=actor,
        account_id=entry.account_id,
        action=entry.action,
        operation_id=entry.operation_id,
        reason=whole.reason,
        said=whole.said,
        before=whole.before,
        after=whole.after,
        is_erased=whole.is_erased,
    )
