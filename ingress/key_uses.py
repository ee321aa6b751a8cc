"""When keys were last used: written once in a while, after the answer's own work and never in its way."""

import asyncio
import time
from datetime import UTC, datetime
from uuid import UUID

import structlog

from billing.errors import BillingError
from database.api_keys import record_uses
from database.sight import NOTHING
from ingress.problems import is_weather
from ingress.reads import Reads

log = structlog.get_logger(__name__)

EVERY_SECONDS = 60.0  # a key is looked at to find out whether somebody still uses it: by the day, not by the second
KEYS_MAX = 10_000  # of one process; beyond that they are written more often than they need be


class KeyUses:
    """One process's. What is not written because the database is busy is written with the next use."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._noted: dict[UUID, float] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def note(self, key_id: UUID) -> None:
        """It was used just now. Does not wait."""
        now = time.monotonic()
        if now - self._noted.get(key_id, -EVERY_SECONDS) < EVERY_SECONDS:
            return
        if len(self._noted) >= KEYS_MAX:
            self._noted.clear()
        self._noted[key_id] = now
        writing = asyncio.create_task(self._write(key_id))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)

    async def _write(self, key_id: UUID) -> None:
        used_at = datetime.now(UTC)
        try:
            await self._reads.run(lambda session: record_uses(session, [key_id], used_at), NOTHING)
        except Exception as error:
            self._noted.pop(key_id, None)
            if not (is_weather(error) or isinstance(error, BillingError)):
                log.exception("key_use_not_written")
