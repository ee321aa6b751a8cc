"""Ends processes politely, all at once, and without mercy when the time is up."""

import time
from collections.abc import Callable, Sequence
from itertools import zip_longest

from stack.child import ChildProcess

POLL_SECONDS = 0.05


def never() -> bool:
    """For those who have the time to wait."""
    return False


def stop_together(children: Sequence[ChildProcess], is_hurried: Callable[[], bool]) -> None:
    """Send each its stop signals in turn, wait for its time-out after each, then SIGKILL what is left of their groups.

    `is_hurried` is asked while waiting: once it is true, the rest is killed at once.
    """
    for signals in zip_longest(*(child.spec.stop_signals for child in children)):
        for child, number in zip(children, signals, strict=True):
            if number is not None:
                child.send(number)
        if _await_end(children, is_hurried):
            break
    for child in children:
        child.kill()


def _await_end(children: Sequence[ChildProcess], is_hurried: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + max((child.spec.stop_timeout_seconds for child in children), default=0.0)
    while any(child.is_alive for child in children):
        if is_hurried() or time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
