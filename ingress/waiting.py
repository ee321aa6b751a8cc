"""`Prefer: wait`: callers who wait for their operation share one look at the database."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.errors import BillingError
from database.memory import WorkState
from database.operations import Operation
from database.sight import OPERATIONS
from ingress.operation_store import StoredOperation
from ingress.operations import OperationRow, is_final
from ingress.problems import is_weather
from ingress.reads import Reads

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.05  # a fast command takes about as long
WAITERS_MAX = 500  # their ids fit one query; whoever comes later polls by themselves


class Waiting:
    """One process's waiters. Polls only while somebody waits."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._waiters: dict[UUID, set[asyncio.Future[Operation]]] = defaultdict(set)
        self._poller: asyncio.Task[None] | None = None
        self._is_closing = False

    async def outcome(self, stored: StoredOperation, seconds: float) -> OperationRow:
        """The row of what was just said: as it ended, or as it was stored where that takes longer."""
        if is_final(stored.row):
            return stored.row
        return await self.wait(stored.id, seconds) or stored.row

    async def wait(self, operation_id: UUID, seconds: float) -> Operation | None:
        """The operation once it is final; None when that took longer, too many wait, or this process is stopping."""
        if self._is_closing or len(self._waiters) >= WAITERS_MAX:
            return None
        waiter: asyncio.Future[Operation] = asyncio.get_running_loop().create_future()
        self._waiters[operation_id].add(waiter)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            return await asyncio.wait_for(waiter, seconds)
        except (TimeoutError, asyncio.CancelledError):
            return None
        finally:
            self._forget(operation_id, waiter)

    def release(self) -> None:
        """Nobody waits any longer: everyone gets the answer of a wait that ran out."""
        self._is_closing = True
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.cancel()

    def _forget(self, operation_id: UUID, waiter: "asyncio.Future[Operation]") -> None:
        waiters = self._waiters[operation_id]
        waiters.discard(waiter)
        if not waiters:
            del self._waiters[operation_id]

    async def _poll(self) -> None:
        while self._waiters:
            await asyncio.sleep(POLL_SECONDS)
            for operation in await self._look(list(self._waiters)):
                for waiter in self._waiters.get(operation.id, ()):
                    if not waiter.done():
                        waiter.set_result(operation)

    async def _look(self, ids: Sequence[UUID]) -> Sequence[Operation]:
        try:
            return await self._reads.run(lambda session: _finished(session, ids), OPERATIONS)
        except Exception as error:
            # the operations are stored; whoever waits in vain is told to come back
            if not (is_weather(error) or isinstance(error, BillingError)):
                log.exception("waiting_failed")
            return ()


def _finished(session: Session, ids: Sequence[UUID]) -> Sequence[Operation]:
    return session.scalars(select(Operation).where(Operation.id.in_(ids), Operation.state != WorkState.READY)).all()
