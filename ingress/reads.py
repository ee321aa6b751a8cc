"""Short reads of PostgreSQL, in a few threads, so that the event loop never waits for one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.orm import Session

from billing.errors import Unavailable
from database.engine import Database, make_engine
from database.sight import Sight, look

THREADS = 4  # each with a connection of its own; a read takes a millisecond or two
WAITING_MAX = 400  # what four threads get done within the deadline
READ_SECONDS = 2.0

Answer = TypeVar("Answer")


class Reads:
    """One process's readers."""

    def __init__(self, database_url: str) -> None:
        self._database = Database(make_engine(database_url, pool_size=THREADS))
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="reads")
        self._running = 0

    async def run(self, read: Callable[[Session], Answer], sight: Sight) -> Answer:
        """Call `read` with a session in a thread, which sees so much and no more, and return what it returns.

        Raises Unavailable when too many reads wait, TimeoutError after two seconds, and what `read` raises.
        """
        if self._running >= WAITING_MAX:
            raise Unavailable("too many reads wait for the database")
        self._running += 1
        reading = asyncio.get_running_loop().run_in_executor(self._threads, self._read, read, sight)
        reading.add_done_callback(self._finish)
        return await asyncio.wait_for(reading, READ_SECONDS)

    def close(self) -> None:
        """Close the connections; reads that still run end by their own time-outs."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._database.engine.dispose()

    def _read(self, read: Callable[[Session], Answer], sight: Sight) -> Answer:
        with self._database.transaction() as session:
            look(session, sight)
            return read(session)

    def _finish(self, reading: "asyncio.Future[Answer]") -> None:
        self._running -= 1
        if not reading.cancelled():
            reading.exception()  # a caller that stopped waiting leaves it unread, which is no news
