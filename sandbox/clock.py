"""The sandbox's own time, which a test may push forward or hold still."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.store import Store

KIND = "clock"
ONLY_ONE = "the clock"
# what somebody has before anything happens: a program asks PayPal for its access token when it starts
OF_NO_TIME = frozenset({KIND, "paypal.token"})


class Clock:
    """Seconds since 1970 in UTC. It runs with the machine's clock, ahead of it, or stands still, also after a restart.

    It never goes back once something exists. Signatures and retries of webhooks do not ask this clock: their receiver
    lives in the machine's time.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        kept = store.get(KIND, ONLY_ONE) or {}
        self._ahead_seconds: int = kept.get("ahead_seconds", 0)
        self._frozen_at: int | None = kept.get("frozen_at")
        self._moment: int | None = None

    @property
    def frozen(self) -> bool:
        """Whether time stands still between two advances."""
        return self._frozen_at is not None

    def now(self) -> int:
        """Whole seconds, as Stripe stamps its objects."""
        if self._moment is not None:
            return self._moment
        return int(time.time()) + self._ahead_seconds if self._frozen_at is None else self._frozen_at

    def advance(self, seconds: int) -> None:
        """Move forward; a frozen clock moves by exactly that much. Raises ValueError for a negative step: nothing in
        the sandbox knows how to un-happen.
        """
        if seconds < 0:
            raise ValueError("time moves forward only")
        if self._frozen_at is None:
            self._ahead_seconds += seconds
        else:
            self._frozen_at += seconds
        self._keep()

    def freeze(self, at: int) -> None:
        """From now on it is `at`, until an advance or the next freeze.

        Raises ValueError for a moment before now, unless the sandbox is still empty but for access tokens.
        """
        if at < self.now() and set(self._store.kinds()) - OF_NO_TIME:
            raise ValueError("time cannot go back once something exists")
        self._frozen_at = at
        self._keep()

    @contextmanager
    def at(self, moment: int) -> Iterator[None]:
        """Inside of this block it is `moment`: what should have happened then is made up for, or belongs to a test
        clock. For operations that run to their end without waiting; nothing of it is kept.
        """
        outer, self._moment = self._moment, moment
        try:
            yield
        finally:
            self._moment = outer

    def _keep(self) -> None:
        kept = {"id": ONLY_ONE, "ahead_seconds": self._ahead_seconds, "frozen_at": self._frozen_at}
        self._store.put(KIND, kept)
