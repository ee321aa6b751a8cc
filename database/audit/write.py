"""Write down what was done, in the transaction that does it: both are there, or neither."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from database.audit.canonical import personal_hash
from database.audit.split import split
from database.audit.tables import ActorKind, AuditEntry, AuditPersonal
from database.ids import uuid7

SALT_BYTES = 16
NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `name` is only given of those who act for the company; a customer's people are known by their id."""

    kind: ActorKind
    id: str
    name: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did, and for which account. `said` is what was asked for, reason included.

    `before` and `after` have the fields that changed, by table and key. All three may hold whatever there is: what of
    it is personal is kept apart, and what is secret is not kept.
    """

    actor: Actor
    action: str
    account_id: UUID | None = None
    operation_id: UUID | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def write_down(session: Session, deeds: Sequence[Deed]) -> None:
    """One entry per deed, with two statements for all of them."""
    entries: list[dict[str, Any]] = []
    personal: list[dict[str, Any]] = []
    for deed in deeds:
        entry, part = _rows(deed)
        entries.append(entry)
        personal.extend(part)
    if entries:
        session.execute(insert(AuditEntry), entries)
    if personal:
        session.execute(insert(AuditPersonal), personal)


def _rows(deed: Deed) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    parts = {name: split(fields) for name, fields in _fields(deed).items()}
    content = {name: part.personal for name, part in parts.items() if part.personal}
    salt = secrets.token_hex(SALT_BYTES)
    entry = {
        "id": uuid7(),
        "actor_kind": deed.actor.kind,
        "actor_id": deed.actor.id,
        "actor_name": deed.actor.name,
        "actor_role": deed.actor.role,
        "account_id": deed.account_id,
        "action": deed.action,
        "operation_id": deed.operation_id,
        "personal_sha256": personal_hash(salt, content) if content else "",
        **{name: part.plain for name, part in parts.items()},
    }
    return entry, [{"entry_id": entry["id"], "salt": salt, "content": content}] if content else []


def _fields(deed: Deed) -> dict[str, Mapping[str, Any]]:
    return {"said": deed.said, "before": deed.before, "after": deed.after}
