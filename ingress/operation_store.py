"""Writes commands into `operations`, each under an id of its own, once.

A batch goes to PostgreSQL and back once: it is one query, which runs as one transaction and is committed before its
rows are returned. What of it was known already is read by a second one.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class with a small name
from psycopg2.extras import NamedTupleCursor

from database.copy import as_array
from database.sight import listed
from ingress.group_commit import RowsRefused
from ingress.link import Link
from ingress.operations import OperationRow

COLUMNS = "id, kind, state, attempts, lease_until, created_at, finished_at, result, problem, body_sha256"
PREPARE = f"""
    PREPARE store_operations (uuid[], text[], text[], text[], jsonb[], text[]) AS
    INSERT INTO operations (id, kind, caller, idempotency_key, body, body_sha256, hinted_at)
    SELECT *, now() FROM unnest($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO NOTHING RETURNING {COLUMNS};
    PREPARE read_operations (uuid[]) AS SELECT {COLUMNS} FROM operations WHERE id = ANY ($1)
"""  # noqa: S608 - our own words alone
# sent with each: whoever sees nobody's operations may neither add nor read any
LOOK = "SET LOCAL cashbeat.callers = %s; "
STORE = f"{LOOK} EXECUTE store_operations (%s, %s, %s, %s, %s, %s)"
READ = f"{LOOK} EXECUTE read_operations (%s)"


class NewOperation(NamedTuple):
    """A validated command. `body` is its JSON form, `body_sha256` the fingerprint of kind and body."""

    id: UUID
    kind: str
    caller: str
    idempotency_key: str | None
    body: dict[str, Any]
    body_sha256: str


class StoredOperation(NamedTuple):
    """What the table holds under the id after the commit, and whether this request put it there."""

    id: UUID
    row: OperationRow
    body_sha256: str
    is_new: bool


class OperationStore:
    """The store behind the commands' group commit."""

    def __init__(self, database_url: str) -> None:
        self._link = Link(database_url, PREPARE)
        self.interrupt = self._link.interrupt
        self.close = self._link.close

    def write(self, operations: Sequence[NewOperation]) -> list[StoredOperation | Exception]:
        """What is stored under each id now; see `Store.write`. RowsRefused for an id that is another caller's."""
        callers = listed({operation.caller for operation in operations})
        with self._cursor() as cursor:
            cursor.execute(STORE, (callers, *_columns(operations)))
            new = _by_id(cursor)
            found = dict(new)
            if known := [operation.id for operation in operations if str(operation.id) not in new]:
                cursor.execute(READ, (callers, as_array(known)))
                found |= _by_id(cursor)
        return [_outcome(operation.id, found.get(str(operation.id)), new) for operation in operations]

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        with self._link.autocommit() as connection, connection.cursor(cursor_factory=NamedTupleCursor) as cursor:
            yield cursor


def _columns(operations: Sequence[NewOperation]) -> list[str]:
    """In the order of ids: two processes that store the same ones would otherwise wait for each other.

    Of two under one id the first is stored, and is told so.
    """
    return [as_array(column) for column in zip(*sorted(operations, key=attrgetter("id")), strict=True)]


def _by_id(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.id: row for row in rows}


def _outcome(row_id: UUID, row: Any, new: dict[str, Any]) -> StoredOperation | Exception:
    """Of two equal commands in one batch, the first is the new one."""
    if row is None:
        return RowsRefused("another caller has stored something under this id")
    is_new = new.pop(row.id, None) is not None
    return StoredOperation(row_id, row, row.body_sha256, is_new)
