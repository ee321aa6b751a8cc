"""The sandbox's own time, which a test may push forward."""

import time

from sandbox.store import Store

KIND = "clock"
ONLY_ONE = "the clock"


class Clock:
    """Seconds since 1970 in UTC. It may run ahead of the machine's clock, also after a restart, and never goes back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        kept = store.get(KIND, ONLY_ONE)
        self._ahead_seconds = kept["ahead_seconds"] if kept else 0

    def now(self) -> int:
        """Whole seconds, as Stripe stamps its objects."""
        return int(time.time()) + self._ahead_seconds

    def advance(self, seconds: int) -> None:
        """Move forward. Raises ValueError for a negative step: nothing in the sandbox knows how to un-happen."""
        if seconds < 0:
            raise ValueError("time moves forward only")
        self._ahead_seconds += seconds
        self._store.put(KIND, {"id": ONLY_ONE, "ahead_seconds": self._ahead_seconds})
