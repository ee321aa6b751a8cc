"""Browsers on a page of the product's: they ask first whether that page may ask here, and read what is answered (CORS).

Which pages those are is set, and none by itself. It lets nobody in: whoever asks brings a token, and no cookie counts.
"""

from collections.abc import Collection

from starlette.types import Scope

Headers = list[tuple[bytes, bytes]]

# what the API knows of methods and of headers of a request
ALLOWED: Headers = [
    (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"Authorization, Content-Type, Idempotency-Key, If-None-Match, Prefer, X-Request-Id",
    ),
    (b"access-control-max-age", b"7200"),  # no browser remembers it for longer
]
# what a page may read of an answer beside its body
EXPOSED = (
    b"access-control-expose-headers",
    b"Content-Disposition, ETag, Idempotent-Replayed, Location, Preference-Applied, RateLimit, RateLimit-Policy, "
    b"Retry-After, WWW-Authenticate, X-Request-Id",
)
# the same address is answered otherwise to a page of another origin
VARY = (b"vary", b"Origin")


class Origins:
    """Those of one installation, each as a browser says it: `https://app.example`."""

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def told(self, scope: Scope) -> Headers:
        """The headers of an answer, by which a browser lets a page read it."""
        if not self._origins:
            return []
        origin = _header(scope, b"origin")
        if origin not in self._origins:
            return [VARY]
        return [(b"access-control-allow-origin", origin), EXPOSED, VARY]

    def asks_first(self, scope: Scope) -> bool:
        """Whether a browser asks on behalf of one of these pages what that may ask."""
        if scope["method"] != "OPTIONS" or not self._origins:
            return False
        return _header(scope, b"origin") in self._origins and _header(scope, b"access-control-request-method") != b""


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for known, value in scope["headers"] if known == name), b"")
