"""Writes verified events into the inbox: one binary COPY, which is one commit, per batch.

Nothing is quoted and nothing is parsed: of a 3 kB event in batches of 60, PostgreSQL has 24 µs of CPU. COPY itself
cannot skip what is known already, so a batch with a duplicate is sent again, by way of a temporary table, which costs
44 µs an event. (So the role needs the right TEMPORARY, which everybody has by default, and a pooler in front of
PostgreSQL must pool sessions, not transactions.)
"""

import io
import struct
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from psycopg2.errors import UniqueViolation
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class with a small name

from database.ids import uuid7s
from ingress.link import Link

COPY = "COPY inbox (id, gateway, event_id, event_type, transmission_id, body) FROM STDIN (FORMAT binary)"
# The body is kept in line up to a page: this table lives in memory and for one transaction.
ARRIVED = """
    CREATE TEMPORARY TABLE arrived (
        id uuid, gateway text, event_id text, event_type text, transmission_id text, body text STORAGE EXTERNAL
    ) ON COMMIT DELETE ROWS;
    ALTER TABLE arrived SET (toast_tuple_target = 8160);
"""
STORE = """
    PREPARE store_arrived AS
    INSERT INTO inbox (id, gateway, event_id, event_type, transmission_id, body)
    SELECT id, gateway, event_id, event_type, transmission_id, body FROM arrived
    ORDER BY gateway COLLATE "C", event_id COLLATE "C"
    ON CONFLICT DO NOTHING
"""
# Sent as one query, which PostgreSQL runs as one transaction and commits before it reports the last count.
COPY_AND_STORE = "COPY arrived FROM STDIN (FORMAT binary); EXECUTE store_arrived"
FIND_NEW = "SELECT id FROM inbox WHERE id = ANY (%s::uuid[])"
FIND_TRANSMITTED = """
    SELECT gateway, transmission_id, encode(sha256(convert_to(body, 'UTF8')), 'hex')
    FROM inbox WHERE gateway = ANY (%s) AND transmission_id = ANY (%s)
"""
# https://www.postgresql.org/docs/current/sql-copy.html: signature, flags, header extension; minus one ends the rows
COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
COPY_TAIL = struct.pack("!h", -1)
ROW_HEAD = struct.pack("!hi", 6, 16)  # six fields, the first of them the sixteen bytes of a UUID
NULL = struct.pack("!i", -1)
_length = struct.Struct("!i").pack


class TransmissionReused(Exception):
    """The name of a delivery came back with another body: of these two one is forged."""


class ArrivedEvent(NamedTuple):
    """A verified event. The texts are printable ASCII, the body is UTF-8; not each vendor names its transmissions."""

    gateway: str
    event_id: str
    event_type: str
    body: bytes
    transmission_id: str = ""


class InboxStore:
    """The store behind the webhooks' group commit."""

    def __init__(self, database_url: str) -> None:
        self._link = Link(database_url, ARRIVED + STORE)
        self.interrupt = self._link.interrupt
        self.close = self._link.close

    def write(self, events: Sequence[ArrivedEvent]) -> list[UUID | Exception | None]:
        """The new row's id for every event that was new, nothing for one that was known; see `Store.write`.

        TransmissionReused for another body under the name of a transmission that is known.
        """
        ids = uuid7s(len(events))
        data = _copy_data(ids, events)
        with self._link.autocommit() as connection, connection.cursor() as cursor:
            try:
                cursor.copy_expert(COPY, io.BytesIO(data), size=len(data))
            except UniqueViolation:
                new = _store_unknown(cursor, data, ids)
                known = [event for event, row_id in zip(events, ids, strict=True) if str(row_id) not in new]
                reused = _reused_among(cursor, known)
                return [
                    row_id if str(row_id) in new else TransmissionReused() if event in reused else None
                    for event, row_id in zip(events, ids, strict=True)
                ]
        return list(ids)


def _store_unknown(cursor: Cursor, data: bytes, ids: Sequence[UUID]) -> set[str]:
    """Some of them are known already: store the others; returns the ids of those."""
    cursor.copy_expert(COPY_AND_STORE, io.BytesIO(data), size=len(data))
    cursor.execute(FIND_NEW, ([str(row_id) for row_id in ids],))
    return {row[0] for row in cursor}


def _reused_among(cursor: Cursor, events: Sequence[ArrivedEvent]) -> set[ArrivedEvent]:
    """Those whose transmission is known by another body."""
    transmitted = [event for event in events if event.transmission_id]
    if not transmitted:
        return set()
    gateways, ids = {event.gateway for event in transmitted}, [event.transmission_id for event in transmitted]
    cursor.execute(FIND_TRANSMITTED, (list(gateways), ids))
    hashes = {(gateway, transmission_id): found for gateway, transmission_id, found in cursor}
    return {
        event
        for event in transmitted
        if hashes.get((event.gateway, event.transmission_id)) not in (None, sha256(event.body).hexdigest())
    }


def _copy_data(ids: Sequence[UUID], events: Iterable[ArrivedEvent]) -> bytes:
    """In the order of the unique key: two that stored the same events in another order would wait for each other."""
    parts = [COPY_HEAD]
    for event, row_id in sorted(zip(events, ids, strict=True)):
        parts += (ROW_HEAD, row_id.bytes)
        for text in (event.gateway.encode(), event.event_id.encode(), event.event_type.encode()):
            parts += (_length(len(text)), text)
        transmission_id = event.transmission_id.encode()
        parts += (_length(len(transmission_id)), transmission_id) if transmission_id else (NULL,)
        parts += (_length(len(event.body)), event.body)
    parts.append(COPY_TAIL)
    return b"".join(parts)
