"""Prove the chain: every place is taken, every hash is what its entry makes it, and nothing is beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, select, text
from sqlalchemy.orm import Session

from database.audit.canonical import GENESIS, content_of, link_hash, personal_hash
from database.audit.chain import Head, read_head
from database.audit.erase import ERASED, WITH_ACCOUNT
from database.audit.tables import AuditEntry, AuditLink, AuditPersonal
from database.operations import AUDITED

# two seconds of them, on a machine that was busy with other things; in between a caller may say how far it is
BATCH = 5_000
FINDINGS_MAX = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written. `seq` is None for what has no place in the chain."""

    seq: int | None
    what: str

    def __str__(self) -> str:
        return self.what if self.seq is None else f"{self.seq}: {self.what}"


class _Place(NamedTuple):
    """What the database has there."""

    link: AuditLink
    entry: AuditEntry | None
    personal: AuditPersonal | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: the last place that was looked at, and what was found since the last word."""

    seq: int
    findings: Sequence[Finding]


def verify(session: Session, first: int = 1, last: int | None = None) -> Iterator[Progress]:
    """Look at the links from `first` to `last`, a batch at a time, and at the hash before them.

    A link is compared with the hash that stands before it, so that one damage is one finding. Whoever owns the database
    can write the whole chain anew: only a head that was kept elsewhere tells, see `compare`.
    """
    end = min(last, read_head(session).seq) if last is not None else read_head(session).seq
    seq = max(first, 1)
    previous = _hash_at(session, seq - 1)
    while seq <= end:
        until = min(seq + BATCH - 1, end)
        places = {place.link.seq: place for place in _read(session, seq, until)}
        findings: list[Finding] = []
        for each in range(seq, until + 1):
            place = places.get(each)
            findings.extend(_of_link(session, each, previous, place))
            previous = place.link.hash if place else None
        session.expunge_all()
        yield Progress(until, findings[:FINDINGS_MAX])
        seq = until + 1


def compare(session: Session, heads: Sequence[Head]) -> list[Finding]:
    """Links that are not the heads that were published."""
    return [
        Finding(head.seq, f"the published hash is {head.hash}, the chain has {found or 'no such link'}")
        for head in heads
        if (found := _hash_at(session, head.seq)) != head.hash
    ]


def beside_the_chain(session: Session) -> list[Finding]:
    """What no link can tell: entries that were never chained, and done commands and entries without each other."""
    return [
        Finding(None, sentence.format(**row))
        for sentence, question in _BESIDE.items()
        for row in _rows(session, question)
    ]


def _rows(session: Session, question: str) -> list[Mapping[str, Any]]:
    return [dict(row) for row in session.execute(text(question)).mappings()]


_BESIDE = {
    "entry {id} has no place in the chain and waits for none": """
        SELECT e.id FROM audit_entries e LEFT JOIN audit_links l ON l.entry_id = e.id
        LEFT JOIN audit_unchained u ON u.entry_id = e.id
        WHERE l.entry_id IS NULL AND u.entry_id IS NULL ORDER BY e.created_at, e.id LIMIT 100""",
    "entry {id} has waited for its place since {created_at:%Y-%m-%dT%H:%M:%SZ}": """
        SELECT e.id, e.created_at FROM audit_unchained u JOIN audit_entries e ON e.id = u.entry_id
        WHERE e.created_at < now() - interval '10 minutes' ORDER BY e.created_at, e.id LIMIT 100""",
    "operation {id} ({kind}) is done and has no entry": f"""
        SELECT o.id, o.kind FROM operations o WHERE {AUDITED}
        AND NOT EXISTS (SELECT FROM audit_entries e WHERE e.operation_id = o.id)
        ORDER BY o.finished_at LIMIT 100""",  # noqa: S608 - our own words alone
    "entry {id} is about operation {operation_id}, which is not done": """
        SELECT e.id, e.operation_id FROM audit_entries e LEFT JOIN operations o ON o.id = e.operation_id
        WHERE e.operation_id IS NOT NULL AND (o.id IS NULL OR o.state <> 'done')
        ORDER BY e.created_at, e.id LIMIT 100""",
}


def _read(session: Session, first: int, last: int) -> Iterator[_Place]:
    found = (
        select(AuditLink, AuditEntry, AuditPersonal)
        .outerjoin(AuditEntry, AuditEntry.id == AuditLink.entry_id)
        .outerjoin(AuditPersonal, AuditPersonal.entry_id == AuditLink.entry_id)
    )
    return (_Place(*row) for row in session.execute(found.where(AuditLink.seq.between(first, last))))


def _of_link(session: Session, seq: int, previous: str | None, place: _Place | None) -> Iterator[Finding]:
    if place is None:
        yield Finding(seq, "there is no link at this place")
        return
    link, entry, personal = place
    if entry is None:
        yield Finding(seq, f"entry {link.entry_id} is gone")
        return
    if previous is not None and link_hash(seq, previous, content_of(entry)) != link.hash:
        yield Finding(seq, f"entry {entry.id} is not the one that was chained here")
    if personal is not None and personal_hash(personal.salt, personal.content) != entry.personal_sha256:
        yield Finding(seq, f"the personal part of entry {entry.id} is not as it was written")
    if personal is None and entry.personal_sha256 and not _is_erased(session, entry):
        yield Finding(seq, f"the personal part of entry {entry.id} is gone, and nobody erased it")


def _is_erased(session: Session, entry: AuditEntry) -> bool:
    """Whether it is written down that what was personal of its account was erased later, or went with the account."""
    erased = select(AuditEntry.id).where(
        AuditEntry.account_id == entry.account_id,
        or_(
            AuditEntry.action == WITH_ACCOUNT,
            and_(AuditEntry.action == ERASED, AuditEntry.created_at >= entry.created_at),
        ),
    )
    return session.scalar(erased.limit(1)) is not None


def _hash_at(session: Session, seq: int) -> str | None:
    if seq == 0:
        return GENESIS
    found: str | None = session.scalar(select(AuditLink.hash).where(AuditLink.seq == seq))
    return found
