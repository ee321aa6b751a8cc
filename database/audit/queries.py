"""Reads of what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.among import is_among
from database.audit.split import merged
from database.audit.tables import AuditEntry, AuditLink, AuditPersonal
from database.pages import NEWEST_FIRST, Between, Cursor, Paging, narrowed, newest_first

# why somebody did it, under one of the names that commands have for it
_REASONS = ("because", "reason", "note")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; None wants nothing. `who` is an actor's id, `[since, until)` when they were written."""

    who: str | None = None
    kind: str | None = None
    account_id: UUID | None = None
    action: str | None = None
    operation_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """An entry with its place and with what is personal of it, as far as that is not erased."""

    entry: AuditEntry
    link: AuditLink | None
    said: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]
    is_erased: bool

    @property
    def reason(self) -> str:
        """Why, if that was said."""
        return next((str(self.said[name]) for name in _REASONS if self.said.get(name)), "")


def list_entries(
    session: Session, wanted: Wanted, before: Cursor | None, limit: int, sort: str = NEWEST_FIRST
) -> tuple[list[Whole], str | None]:
    """A page of them, newest first unless `sort` says otherwise, and the cursor of the next one."""
    query = narrowed(
        select(AuditEntry),
        (AuditEntry.actor_id, wanted.who),
        (AuditEntry.actor_kind, wanted.kind),
        (AuditEntry.account_id, wanted.account_id),
        (AuditEntry.action, wanted.action),
        (AuditEntry.operation_id, wanted.operation_id),
        (AuditEntry.created_at, Between(wanted.since, wanted.until)),
    )
    entries, cursor = newest_first(session, query, AuditEntry, Paging(before, limit, sort))
    return _whole(session, entries), cursor


def find_entry(session: Session, entry_id: UUID) -> Whole | None:
    """One of them."""
    found = session.get(AuditEntry, entry_id)
    return _whole(session, [found])[0] if found is not None else None


def _whole(session: Session, entries: Sequence[AuditEntry]) -> list[Whole]:
    ids = [entry.id for entry in entries]
    links = {
        link.entry_id: link for link in session.scalars(select(AuditLink).where(is_among(AuditLink.entry_id, ids)))
    }
    kept = session.scalars(select(AuditPersonal).where(is_among(AuditPersonal.entry_id, ids)))
    personal = {part.entry_id: part.content for part in kept}
    return [_one(entry, links.get(entry.id), personal.get(entry.id)) for entry in entries]


def _one(entry: AuditEntry, link: AuditLink | None, personal: dict[str, Any] | None) -> Whole:
    known = personal or {}
    return Whole(
        entry=entry,
        link=link,
        said=merged(entry.said, known.get("said", {})),
        before=merged(entry.before, known.get("before", {})),
        after=merged(entry.after, known.get("after", {})),
        is_erased=bool(entry.personal_sha256) and personal is None,
    )
