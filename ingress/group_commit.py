"""Group commit: what arrives while one commit is in flight is written by the next, as one statement.

Alone, a row is a batch of one; under load the batches grow by themselves. A caller hears of success only when the
commit that holds its own row has returned.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import structlog

from billing.errors import Unavailable

log = structlog.get_logger(__name__)

BATCH_ROWS_MAX = 128  # beyond this a commit's fixed cost is spread thin enough
BATCH_BYTES_MAX = 4 * 1024 * 1024  # one statement, its copy in the server and its WAL stay small
WAITING_ROWS_MAX = 1_024  # about a tenth of a second of full speed; more would only wait for its deadline
WAITING_BYTES_MAX = 16 * 1024 * 1024
# After a commit of several rows, arrivals are collected for this long before the next: fewer commits, and less of
# what each costs, for a delay nobody notices. Who comes alone never waits.
GATHER_SECONDS = 0.0015
GATHER_ROWS_MIN = 3
STORE_SECONDS = 1.8  # from arrival to commit; the answer then leaves within two seconds
TICK_SECONDS = 0.1  # how often deadlines are looked at while a commit is in flight

Row = TypeVar("Row")
Outcome = TypeVar("Outcome")
RowIn = TypeVar("RowIn", contravariant=True)
OutcomeOut = TypeVar("OutcomeOut", covariant=True)


class RowsRefused(Exception):
    """PostgreSQL will not take these rows as they are, however often they are sent. None of them was stored."""


class Store(Protocol[RowIn, OutcomeOut]):
    """Writes batches, one transaction each. Used from one thread, except for `interrupt`."""

    def write(self, rows: Sequence[RowIn]) -> Sequence[OutcomeOut | Exception]:
        """Store all rows or none; one outcome per row, in order. Raises RowsRefused or Unavailable.

        A row of its own fate has that as its outcome, an exception, and is not stored.
        """

    def interrupt(self) -> None:
        """Make a `write` that hangs return soon; called from another thread."""

    def close(self) -> None:
        """Let go of the connection."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Row, Outcome]):
    row: Row
    size_bytes: int
    deadline: float
    answer: "asyncio.Future[Outcome]"


class GroupCommit(Generic[Row, Outcome]):
    """One process's writer into one table. Lives in the event loop; only the store's calls run in its thread.

    `after` is called in the event loop with the rows and outcomes of each commit, after its callers were answered.
    """

    def __init__(
        self,
        store: Store[Row, Outcome],
        after: Callable[[Sequence[Row], Sequence[Outcome]], None],
        store_seconds: float = STORE_SECONDS,
    ) -> None:
        self._store = store
        self._after = after
        self._store_seconds = store_seconds
        self._queue: deque[_Waiting[Row, Outcome]] = deque()
        self._queue_bytes = 0
        self._arrived = asyncio.Event()
        self._is_closing = False
        self._is_busy = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="group-commit")
        self._runner: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write; call it in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._runner = self._loop.create_task(self._run())

    async def stop(self) -> None:
        """Commit and answer what is waiting, then let go of the connection. New rows are refused from now on."""
        self._is_closing = True
        self._arrived.set()
        if self._runner is not None:
            await self._runner
        await self._loop.run_in_executor(self._thread, self._store.close)
        self._thread.shutdown()

    async def submit(self, row: Row, size_bytes: int) -> Outcome:
        """Store a row durably; returns after its commit.

        Raises Unavailable when the queue is full, the database is down, or it took longer than the deadline: the row
        may then have been stored or not, and sending it again is safe. Raises RowsRefused when it cannot be stored.
        """
        if self._is_closing or self._is_full(size_bytes):
            raise Unavailable("the queue in front of the database is full")
        answer: asyncio.Future[Outcome] = self._loop.create_future()
        self._queue.append(_Waiting(row, size_bytes, self._loop.time() + self._store_seconds, answer))
        self._queue_bytes += size_bytes
        self._arrived.set()
        return await answer

    def _is_full(self, size_bytes: int) -> bool:
        return len(self._queue) >= WAITING_ROWS_MAX or self._queue_bytes + size_bytes > WAITING_BYTES_MAX

    async def _run(self) -> None:
        while self._queue or not self._is_closing:
            await self._arrived.wait()
            if self._is_busy and len(self._queue) < BATCH_ROWS_MAX:
                await asyncio.sleep(GATHER_SECONDS)
            if batch := self._take_batch():
                await self._commit(batch)

    def _take_batch(self) -> list[_Waiting[Row, Outcome]]:
        batch: list[_Waiting[Row, Outcome]] = []
        batch_bytes = 0
        while (
            self._queue and len(batch) < BATCH_ROWS_MAX and batch_bytes + self._queue[0].size_bytes <= BATCH_BYTES_MAX
        ):
            waiting = self._queue.popleft()
            batch_bytes += waiting.size_bytes
            if not waiting.answer.done():
                batch.append(waiting)
        self._queue_bytes -= batch_bytes
        if not self._queue and not self._is_closing:
            self._arrived.clear()
        return batch

    async def _commit(self, batch: list[_Waiting[Row, Outcome]]) -> None:
        self._is_busy = len(batch) >= GATHER_ROWS_MIN
        rows = [waiting.row for waiting in batch]
        writing = self._loop.run_in_executor(self._thread, self._write, rows)
        while not writing.done():
            await asyncio.wait({writing}, timeout=TICK_SECONDS)
            if not writing.done():
                self._expire(batch)
        self._settle(batch, writing.result())

    def _expire(self, batch: list[_Waiting[Row, Outcome]]) -> None:
        """Answer everybody whose time is over; a commit that let somebody wait too long is broken off."""
        now_seconds = self._loop.time()
        if batch[0].deadline < now_seconds:
            self._store.interrupt()
        for waiting in (*batch, *self._queue):
            if waiting.deadline < now_seconds and not waiting.answer.done():
                waiting.answer.set_exception(Unavailable("the database did not answer in time", ambiguous=True))

    def _write(self, rows: list[Row]) -> list[Outcome | Exception]:
        """In the store's thread. A batch that cannot be stored is halved until the bad row stands alone."""
        try:
            return list(self._store.write(rows))
        except RowsRefused as error:
            if len(rows) == 1:
                return [error]
            middle = len(rows) // 2
            return self._write(rows[:middle]) + self._write(rows[middle:])
        except Unavailable as error:
            return [error] * len(rows)
        except Exception as error:
            log.exception("store_failed")
            return [error] * len(rows)

    def _settle(self, batch: list[_Waiting[Row, Outcome]], outcomes: list[Outcome | Exception]) -> None:
        stored = []
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if not isinstance(outcome, Exception):
                stored.append((waiting.row, outcome))
            if waiting.answer.done():
                continue
            if isinstance(outcome, Exception):
                waiting.answer.set_exception(outcome)
            else:
                waiting.answer.set_result(outcome)
        if stored:
            rows, results = zip(*stored, strict=True)
            self._after(rows, results)
