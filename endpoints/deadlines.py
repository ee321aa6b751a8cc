"""Ends what takes too long: one thread for all of a process's requests."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_SECONDS = 0.25


class Deadlines:
    """Instants of the monotonic clock, and what is done when one is over. Threads share it; `stop` ends its own."""

    def __init__(self) -> None:
        self._ends: dict[int, tuple[float, Callable[[], None]]] = {}
        self._changing = threading.Lock()
        self._next = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, name="deadlines", daemon=True)
        self._thread.start()

    @contextmanager
    def until(self, at_seconds: float, end: Callable[[], None]) -> Iterator[None]:
        """Call `end` from another thread if the block lasts until then; a quarter of a second later at most."""
        with self._changing:
            number = self._next = self._next + 1
            self._ends[number] = (at_seconds, end)
        try:
            yield
        finally:
            with self._changing:
                self._ends.pop(number, None)

    def stop(self) -> None:
        """Watch no longer."""
        self._stopped.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            now_seconds = time.monotonic()
            with self._changing:
                over = [end for at_seconds, end in self._ends.values() if at_seconds <= now_seconds]
            for end in over:
                end()
