"""Writes commands into `operations`, each under an id of its own, once."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class with a small name
from psycopg2.extras import Json, NamedTupleCursor, execute_values

from database.sight import listed
from ingress.group_commit import RowsRefused
from ingress.link import Link
from ingress.operations import OperationRow

# sent with the INSERT: whoever sees nobody's operations may add none
LOOK = "SET LOCAL cashbeat.callers = %s;"
INSERT = """
    INSERT INTO operations (id, kind, caller, idempotency_key, body, body_sha256, hinted_at)
    VALUES %s ON CONFLICT (id) DO NOTHING RETURNING id
"""
# the ids are in order: two processes that store the same ones would otherwise wait for each other
ROW = "(%s::uuid, %s, %s, %s, %s, %s, now())"
READ = """
    SELECT id, kind, state, attempts, lease_until, created_at, finished_at, result, problem, body_sha256
    FROM operations WHERE id = ANY (%s::uuid[])
"""


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
        self._link = Link(database_url)
        self.interrupt = self._link.interrupt
        self.close = self._link.close

    def write(self, operations: Sequence[NewOperation]) -> list[StoredOperation | Exception]:
        """What is stored under each id now; see `Store.write`. RowsRefused for an id that is another caller's."""
        with self._link.transaction(NamedTupleCursor) as cursor:
            # of two under one id the first is stored, and is told so
            values = [_values(operation) for operation in sorted(operations, key=attrgetter("id"))]
            statement = _looking(cursor, operations) + INSERT
            new = {row[0] for row in execute_values(cursor, statement, values, ROW, page_size=len(values), fetch=True)}
            cursor.execute(READ, ([str(operation.id) for operation in operations],))
            found: dict[str, Any] = {row[0]: row for row in cursor}
        return [_outcome(operation.id, found.get(str(operation.id)), new) for operation in operations]


def _looking(cursor: Cursor, operations: Iterable[NewOperation]) -> str:
    """See and add what these callers say, and nobody else's."""
    said: bytes = cursor.mogrify(LOOK, (listed({operation.caller for operation in operations}),))
    return said.decode().replace("%", "%%")


def _values(operation: NewOperation) -> tuple[Any, ...]:
    body = Json(operation.body, dumps=lambda content: orjson.dumps(content).decode())
    return (
        str(operation.id), operation.kind, operation.caller, operation.idempotency_key, body, operation.body_sha256,
    )  # fmt: skip


def _outcome(row_id: UUID, row: Any, new: set[str]) -> StoredOperation | Exception:
    """Of two equal commands in one batch, the first is the new one."""
    if row is None:
        return RowsRefused("another caller has stored something under this id")
    is_new = row.id in new
    new.discard(row.id)
    return StoredOperation(row_id, row, row.body_sha256, is_new)
