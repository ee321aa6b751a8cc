"""Access tokens (https://developer.paypal.com/api/rest/authentication/): one per process, for hours."""

import time
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from billing.errors import Unavailable

# A token is renewed that long before its end, so that none expires between our look at the clock and PayPal's.
EARLY_SECONDS = 300.0


class Token(NamedTuple):
    """What is sent with each call, and for how long from its being given."""

    value: str
    lives_seconds: float


class AccessTokens:
    """The token that is good now. Safe for threads: one of them asks, and the others wait for what it hears.

    `fetch` raises Unavailable, not ambiguous: no call was made yet that needed the token. `clock` counts seconds.
    """

    def __init__(self, fetch: Callable[[], Token], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch, clock
        self._lock = Lock()
        self._value = ""
        self._renew_at = 0.0
        self._failure: tuple[float, Unavailable] | None = None

    def current(self) -> str:
        """One that has a while to live; raises Unavailable."""
        asked_at = self._clock()
        with self._lock:
            if not self._value or self._clock() >= self._renew_at:
                self._renew(asked_at)
            return self._value

    def instead_of(self, refused: str) -> str:
        """Another than this one, which PayPal refuses before its time; raises Unavailable."""
        asked_at = self._clock()
        with self._lock:
            if self._value == refused:
                self._renew(asked_at)
            return self._value

    def _renew(self, asked_at: float) -> None:
        """Who waited while another asked in vain need not ask again: else fifty threads would wait in a row."""
        if self._failure is not None and self._failure[0] >= asked_at:
            failed = self._failure[1]
            raise Unavailable(failed.detail, retry_after_seconds=failed.retry_after_seconds)
        try:
            token = self._fetch()
        except Unavailable as error:
            self._failure = self._clock(), error
            raise
        self._value = token.value
        self._renew_at = self._clock() + max(token.lives_seconds - EARLY_SECONDS, token.lives_seconds / 2)
