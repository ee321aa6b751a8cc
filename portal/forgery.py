"""Forms of other sites are refused, by what browsers say of where a form comes from, and without exceptions.

The rule of Go's `http.CrossOriginProtection`; but whoever says neither is refused as well, since only browsers come
here: programs have the API.
"""

from collections.abc import Iterable
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from portal.refused import Refused

SAFE_METHODS = frozenset({"GET", "HEAD"})


class SameOrigin:
    """An ASGI application around another, which is asked for nothing that changes anything by another site."""

    def __init__(self, application: ASGIApp, origin: str) -> None:
        self._application = application
        self._origin = origin.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not self._is_ours(scope["headers"]):
            text = "This form was not sent by a page of ours. Open the page again and send it from there."
            raise Refused(HTTPStatus.FORBIDDEN, "Not sent from here", text)
        await self._application(scope, receive, send)

    def _is_ours(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        said: dict[bytes, list[bytes]] = {b"sec-fetch-site": [], b"origin": []}
        for name, value in headers:
            if name in said:
                said[name].append(value)
        fetch_site, origin = said[b"sec-fetch-site"], said[b"origin"]
        # who says both must be right in both
        if fetch_site and fetch_site != [b"same-origin"]:
            return False
        if origin and origin != [self._origin]:
            return False
        return bool(fetch_site or origin)
