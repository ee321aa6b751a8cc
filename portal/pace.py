"""How many pages one browser and one address may ask for in a minute: people read, programs have the API.

Each process counts for itself, in a table that is bounded, and nobody waits for a broker.
"""

from collections.abc import Iterator
from hashlib import blake2b
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import Scope

from ingress.connection_limit import address_of, network_of
from ingress.limits.alone import CountsAlone
from ingress.limits.rates import Bucket
from portal.refused import Refused
from portal.site import Site

# kept by browsers, or asked for by whoever watches us
UNCOUNTED = ("/static/", "/healthz")
KEY_BYTES = 12


class Pace:
    """One process's limits; 0 is none, for a proxy whose address all share."""

    def __init__(self, site: Site, per_session: int, per_address: int) -> None:
        self._site = site
        self._per_session = per_session
        self._per_address = per_address
        self._counts = CountsAlone()

    def require(self, scope: Scope) -> None:
        """Count one request. Raises Refused 429 for one too many of a session, or of an address (of IPv6 its /64)."""
        if scope["path"].startswith(UNCOUNTED):
            return
        standings = self._counts.take(list(self._buckets(Request(scope))))
        waits = [standing.retry_after_seconds for standing in standings if standing.is_refused]
        if waits:
            text = "More pages were asked for than anybody reads. Wait a moment, and go on."
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "Too many pages", text, retry_after_seconds=max(waits))

    def _buckets(self, request: Request) -> Iterator[Bucket]:
        if self._per_address:
            yield Bucket("address", f"address:{network_of(address_of(request))}", self._per_address)
        cookie = request.cookies.get(self._site.cookie_name, "")
        if self._per_session and cookie:
            hashed = blake2b(cookie.encode(), digest_size=KEY_BYTES).hexdigest()
            yield Bucket("session", f"session:{hashed}", self._per_session)
