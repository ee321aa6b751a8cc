"""Collect everything that is known of an account, as the list of what is personal tells where it lies."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.privacy.forget_memory import mentions
from billing.privacy.personal import PERSONAL, WITHOUT_NAMES
from billing.privacy.retention import Keep, PersonalTable
from billing.privacy.tables import AccountExport

# a copy is no part of another
TABLES: tuple[PersonalTable, ...] = tuple(
    each for each in (*PERSONAL, *WITHOUT_NAMES) if each.name != AccountExport.__tablename__
)
# what the pipeline needs to do its work, and tells nobody anything
MACHINERY = frozenset({
    "lease_until", "lease_token", "hinted_at", "next_attempt_at", "first_attempt_at", "attempts", "body_sha256",
    "caller",
})  # fmt: skip
MEMORY_ROWS_MAX = 10_000
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True, slots=True)
class Part:
    """What one table has: its rows as JSON, and its files by their names."""

    table: str
    rows: list[dict[str, Any]]
    files: dict[str, bytes]


def collect(session: Session, account_id: UUID, table: PersonalTable) -> Part:
    """The account's rows of one table, without what opens something and without whoever of the company decided."""
    columns = {name for name, column in table.columns.items() if column.keep is Keep.COMPANY}
    left_out = columns | set(table.hidden) | MACHINERY
    rows, files = [], {}
    for number, row in enumerate(_rows(session, account_id, table)):
        content = row.get("content")
        if isinstance(content, str):  # bytes; that of an audit entry is an object
            name = f"{table.name}/{number + 1}.{ENDINGS.get(row.get('media_type', 'application/pdf'), 'bin')}"
            files[name] = bytes.fromhex(content.removeprefix("\\x"))
            row["file"] = name
            del row["content"]
        rows.append({name: value for name, value in row.items() if name not in left_out})
    return Part(table.name, rows, files)


def about() -> dict[str, Any]:
    """What each column holds of a person, why, and until when: the list itself."""
    return {
        table.name: {
            name: {"holds": column.holds, "purpose": column.purpose, "kept": str(column.keep)}
            for name, column in table.columns.items()
        }
        for table in PERSONAL
    }


def as_json(value: object) -> bytes:
    """Readable by people, too."""
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


def _rows(session: Session, account_id: UUID, table: PersonalTable) -> Iterator[dict[str, Any]]:
    if table.of_account:
        found = text(f"SELECT to_jsonb(t) FROM {table.name} t WHERE {table.of_account}")  # noqa: S608
        yield from session.scalars(found, {"account_id": account_id})
        return
    seen: set[str] = set()
    for words in mentions(session, account_id):
        found = text(f"SELECT to_jsonb(t) FROM {table.name} t WHERE t::text ~* :words LIMIT {MEMORY_ROWS_MAX}")  # noqa: S608
        for row in session.scalars(found, {"words": words}):
            if row["id"] not in seen:
                seen.add(row["id"])
                yield row
