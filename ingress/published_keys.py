"""Public keys that lie at an address: fetched in a thread, kept, and fetched anew rarely, whatever tokens name."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import jwt
import structlog

from billing.errors import Unavailable
from callers.key_sets import KeySet, KeySetUnusable, fetch_key_set, read_key_set
from callers.tokens import Header

log = structlog.get_logger(__name__)

FRESH_SECONDS = 300.0  # a key that its owner has taken out counts this much longer at most, in good weather
KEPT_SECONDS_MAX = 3_600.0  # and this much longer where the address does not answer
# Whoever makes up ids of keys makes us ask no more often than this. A new key has to wait so long at most.
PAUSE_SECONDS = 10.0
WAIT_SECONDS_MAX = 6.0  # a fetch ends by itself before


class PublishedKeys:
    """Those of one address. `clock` counts seconds and never goes back."""

    def __init__(self, url: str, clock: Callable[[], float]) -> None:
        self._url = url
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="keys")
        self._keys = KeySet(())
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._fetching: asyncio.Future[None] | None = None

    async def fitting(self, header: Header) -> Sequence[jwt.PyJWK]:
        """Keys that may have signed a token. Raises Unavailable as long as none were ever read, or not for an hour."""
        if self._age() > FRESH_SECONDS:
            self._begin()
        found = self._keys.fitting(header)
        if not found or self._age() > KEPT_SECONDS_MAX:
            await self._wait_for_news()
            found = self._keys.fitting(header)
        if self._age() > KEPT_SECONDS_MAX:
            raise Unavailable("the keys that users' tokens are signed by cannot be fetched")
        return found

    def stop(self) -> None:
        """Fetch no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _age(self) -> float:
        return float("inf") if self._read_at is None else self._clock() - self._read_at

    async def _wait_for_news(self) -> None:
        fetching = self._begin()
        if fetching is not None:
            await asyncio.wait([fetching], timeout=WAIT_SECONDS_MAX)

    def _begin(self) -> "asyncio.Future[None] | None":
        """The one fetch that is under way, begun now if there may be one; None in the pause after the last."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        if self._tried_at is not None and self._clock() - self._tried_at < PAUSE_SECONDS:
            return None
        self._tried_at = self._clock()
        self._fetching = asyncio.ensure_future(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            content = await asyncio.get_running_loop().run_in_executor(self._thread, fetch_key_set, self._url)
            self._keys, self._read_at = read_key_set(content), self._clock()
        except KeySetUnusable as error:
            log.warning("user_keys_not_fetched", url=self._url, error=str(error))
        except Exception:
            log.exception("user_keys_not_fetched")
