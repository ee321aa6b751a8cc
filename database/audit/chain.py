"""Give committed entries their places in the chain.

One at a time does so, under a lock of its own that no command ever takes: who acts writes and goes on. What is not
committed yet is not seen, and gets a later place; so the order is that of commits, to within one sweep.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from database.among import is_among
from database.audit.canonical import GENESIS, content_of, link_hash
from database.audit.tables import AuditEntry, AuditLink, AuditUnchained
from database.copy import copy_rows

# a second of hashing and writing, on a machine that was busy with other things
ENTRIES_MAX = 5_000
# of PostgreSQL's advisory locks, ours for the chain
LOCK = 4_201_776_033


@dataclass(frozen=True, slots=True)
class Head:
    """The last link. Whoever keeps it elsewhere can tell whether anything before it was changed."""

    seq: int
    hash: str


def read_head(session: Session) -> Head:
    """The last link, or what stands in its place before there is one."""
    last = session.execute(select(AuditLink.seq, AuditLink.hash).order_by(AuditLink.seq.desc()).limit(1)).one_or_none()
    return Head(last.seq, last.hash) if last else Head(0, GENESIS)


def chain(session: Session, entries_max: int = ENTRIES_MAX) -> int:
    """Chain what waits, the oldest first; how many. None where somebody else is at it."""
    if not session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return 0
    waiting = select(AuditEntry).join(AuditUnchained, AuditUnchained.entry_id == AuditEntry.id)
    entries = session.scalars(waiting.order_by(AuditEntry.created_at, AuditEntry.id).limit(entries_max)).all()
    copy_rows(session, AuditLink, _links(read_head(session), entries))
    session.execute(
        delete(AuditUnchained).where(is_among(AuditUnchained.entry_id, [entry.id for entry in entries])),
        execution_options={"synchronize_session": False},
    )
    return len(entries)


def _links(head: Head, entries: Sequence[AuditEntry]) -> list[dict[str, object]]:
    links: list[dict[str, object]] = []
    previous = head.hash
    for seq, entry in enumerate(entries, head.seq + 1):
        previous = link_hash(seq, previous, content_of(entry))
        links.append({"seq": seq, "entry_id": entry.id, "hash": previous})
    return links
