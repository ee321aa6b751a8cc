"""Ctrl-C and SIGTERM: the first asks for a clean stop, the second for a quick one."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible(hurry: Callable[[], None]) -> Iterator[None]:
    """Within the block the first signal raises KeyboardInterrupt, and each further one calls `hurry`.

    For the main thread, around everything that has to be stopped.
    """
    count = 0

    def receive(_number: int, _frame: FrameType | None) -> None:
        nonlocal count
        count += 1
        if count == 1:
            raise KeyboardInterrupt
        hurry()

    before = {number: signal.signal(number, receive) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_for_interrupt() -> None:
    """Sleep until the first signal that `interruptible` receives, and return."""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            signal.pause()
