"""A vendor's memory of idempotency keys: the first answer under a key is the answer for a while."""

import hashlib
from typing import NamedTuple

from sandbox.clock import Clock
from sandbox.store import Store

# both Stripe (v1) and Resend document 24 hours
WINDOW_SECONDS = 24 * 60 * 60


class KeyMismatch(Exception):
    """The key was used with other parameters or another path."""


class KeyInUse(Exception):
    """A request with this key is being executed right now."""


class Answer(NamedTuple):
    """What was answered, byte for byte, and the request it answered first."""

    status: int
    body: bytes
    request_id: str


def fingerprint(*parts: str | bytes) -> str:
    """Stands for one request: same parts, same fingerprint."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()


class IdempotencyBook:
    """One per vendor. Kept answers are in the journal; keys in use are not, for a restart ends every execution."""

    def __init__(self, vendor: str, store: Store, clock: Clock) -> None:
        self._kind = f"{vendor}_idempotency_key"
        self._store = store
        self._clock = clock
        self._in_use: set[str] = set()

    def begin(self, key: str, request: str) -> Answer | None:
        """The kept answer to replay, or None, after which the key is in use until `end`.

        Raises KeyMismatch and KeyInUse.
        """
        kept = self._store.get(self._kind, key)
        if kept and self._clock.now() - kept["created"] < kept.get("window_seconds", WINDOW_SECONDS):
            if kept["request"] != request:
                raise KeyMismatch(key)
            return Answer(kept["status"], kept["body"].encode(), kept["request_id"])
        if key in self._in_use:
            raise KeyInUse(key)
        self._in_use.add(key)
        return None

    def keep(self, key: str, request: str, answer: Answer, window_seconds: int = WINDOW_SECONDS) -> None:
        """Remember the answer so long. What was refused before execution began must not be kept."""
        record = {
            "id": key,
            "request": request,
            "status": answer.status,
            "body": answer.body.decode(),
            "request_id": answer.request_id,
            "created": self._clock.now(),
            "window_seconds": window_seconds,
        }
        self._store.put(self._kind, record)

    def end(self, key: str) -> None:
        """The execution is over, whatever became of it."""
        self._in_use.discard(key)
