"""How many API calls come in, when that is too many, and how long answers take."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from sandbox.json_types import JsonObject
from sandbox.options import Options

WINDOW_SECONDS = 1.0


class Traffic:
    """Of one vendor: counts calls in the machine's time, whatever the sandbox's clock says. A restart begins anew."""

    def __init__(self, limit_per_second: Callable[[], int]) -> None:
        self._limit_per_second = limit_per_second
        self._came: deque[float] = deque()
        self._admitted: deque[float] = deque()
        self._calls = 0
        self._refused = 0
        self._peak = 0

    def admit(self) -> bool:
        """Count one call; False when as many as the limit were admitted within the last second (0: no limit)."""
        now = time.monotonic()
        self._calls += 1
        _note(self._came, now)
        self._peak = max(self._peak, len(self._came))
        _forget(self._admitted, now)
        limit = self._limit_per_second()
        if limit and len(self._admitted) >= limit:
            self._refused += 1
            return False
        self._admitted.append(now)
        return True

    def figures(self) -> JsonObject:
        """Since the start: all calls, those refused, and the most that came within any one second."""
        return {"calls": self._calls, "refused": self._refused, "peak_per_second": self._peak}


async def take_time(options: Options, began: float) -> None:
    """As long as a gateway takes over a network. Others are served meanwhile, and webhooks may well arrive first."""
    left = options.answer_delay_seconds - (time.monotonic() - began)
    if left > 0:
        await asyncio.sleep(left)


def _note(moments: deque[float], now: float) -> None:
    moments.append(now)
    _forget(moments, now)


def _forget(moments: deque[float], now: float) -> None:
    while moments and moments[0] <= now - WINDOW_SECONDS:
        moments.popleft()
