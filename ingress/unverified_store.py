"""Writes events that the door could not check into the table where they wait for a worker.

They are few: a certificate is new every other year. So this is a plain INSERT, and it keeps count of what waits.
"""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class with a small name
from psycopg2.extras import execute_values

from database.ids import uuid7s
from database.unverified import UNVERIFIED_MAX
from ingress.inbox_store import TransmissionReused
from ingress.link import Link

COUNT = """
    SELECT count(*) FROM (
        SELECT FROM unverified_events WHERE gateway = %s AND state = 'ready' LIMIT %s
    ) AS waiting
"""
STORE = """
    INSERT INTO unverified_events
        (id, gateway, transmission_id, event_id, event_type, body, certificate_url, evidence)
    VALUES %s
    ON CONFLICT (gateway, transmission_id) DO NOTHING
    RETURNING id
"""
KNOWN = """
    SELECT transmission_id, encode(sha256(convert_to(body, 'UTF8')), 'hex')
    FROM unverified_events WHERE gateway = %s AND transmission_id = ANY (%s)
"""


class NoRoom(Exception):
    """As many events as may wait to be verified are waiting."""


class UncheckedArrival(NamedTuple):
    """An event that may be genuine. The texts are printable ASCII, the body is UTF-8."""

    gateway: str
    transmission_id: str
    event_id: str
    event_type: str
    body: bytes
    certificate_url: str
    evidence: bytes


class UnverifiedStore:
    """The store behind the group commit of what could not be checked."""

    def __init__(self, database_url: str) -> None:
        self._link = Link(database_url)
        self.interrupt = self._link.interrupt
        self.close = self._link.close

    def write(self, rows: Sequence[UncheckedArrival]) -> list[UUID | Exception | None]:
        """The new row's id, nothing for one that waits already; see `Store.write`.

        NoRoom for what is too much, TransmissionReused for another body under a name that is known.
        """
        outcomes: dict[UncheckedArrival, UUID | Exception | None] = {}
        by_gateway: dict[str, list[UncheckedArrival]] = defaultdict(list)
        for row in sorted(rows):
            by_gateway[row.gateway].append(row)
        with self._link.transaction() as cursor:
            for gateway, of_gateway in by_gateway.items():
                outcomes |= _write(cursor, gateway, of_gateway)
        return [outcomes[row] for row in rows]


def _write(
    cursor: Cursor, gateway: str, rows: Sequence[UncheckedArrival]
) -> dict[UncheckedArrival, UUID | Exception | None]:
    cursor.execute(COUNT, (gateway, UNVERIFIED_MAX))
    (waiting,) = cursor.fetchone() or (0,)
    admitted = rows[: max(0, UNVERIFIED_MAX - waiting)]
    ids = dict(zip(admitted, uuid7s(len(admitted)), strict=True))
    values = [_columns(row, row_id) for row, row_id in ids.items()]
    new = {UUID(row_id) for (row_id,) in execute_values(cursor, STORE, values, fetch=True)} if values else set()
    unsaid = [row for row in rows if ids.get(row) not in new]
    known = _known(cursor, gateway, unsaid)
    return {row: row_id for row, row_id in ids.items() if row_id in new} | {row: _outcome(row, known) for row in unsaid}


def _columns(row: UncheckedArrival, row_id: UUID) -> tuple[str, ...]:
    texts = row.transmission_id, row.event_id, row.event_type, row.body.decode(), row.certificate_url
    return str(row_id), row.gateway, *texts, row.evidence.decode()


def _known(cursor: Cursor, gateway: str, rows: Sequence[UncheckedArrival]) -> dict[str, str]:
    """The hashes of the bodies that wait under these names."""
    if not rows:
        return {}
    cursor.execute(KNOWN, (gateway, [row.transmission_id for row in rows]))
    return dict(cursor.fetchall())


def _outcome(row: UncheckedArrival, known: dict[str, str]) -> Exception | None:
    if row.transmission_id not in known:
        return NoRoom()
    return None if known[row.transmission_id] == sha256(row.body).hexdigest() else TransmissionReused()
