"""The form in which entries are hashed, so that anybody can compute the chain anew. Pure; docs/api/audit.md states it.

JSON of RFC 8785: keys in order, no blanks, UTF-8. There are no fractions in it, and all keys are ASCII.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from database.audit.tables import AuditEntry

# what the first link has in place of a hash before it
GENESIS = "0" * 64


def canonical(content: object) -> bytes:
    """The only way to write it."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def content_of(entry: AuditEntry) -> dict[str, Any]:
    """Everything that an entry says, as the chain holds it. Times are UTC, in microseconds."""
    return {
        "account_id": _text(entry.account_id),
        "action": entry.action,
        "actor_id": entry.actor_id,
        "actor_kind": str(entry.actor_kind),
        "actor_name": entry.actor_name,
        "actor_role": entry.actor_role,
        "after": entry.after,
        "before": entry.before,
        "created_at": instant(entry.created_at),
        "id": str(entry.id),
        "operation_id": _text(entry.operation_id),
        "personal_sha256": entry.personal_sha256,
        "said": entry.said,
    }


def link_hash(seq: int, previous: str, content: Mapping[str, Any]) -> str:
    """The hash of the link at this place, in hexadecimal."""
    return sha256(canonical({"entry": content, "previous": previous, "seq": seq})).hexdigest()


def personal_hash(salt: str, content: Mapping[str, Any]) -> str:
    """What an entry keeps of its personal part; `salt` is the text of 32 hexadecimal digits."""
    return sha256(salt.encode() + canonical(content)).hexdigest()


def instant(at: datetime) -> str:
    """Always with six digits: `2026-01-31T10:00:00.000000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _text(value: object) -> str | None:
    return None if value is None else str(value)
