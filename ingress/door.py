"""The outermost layer: names every request, ends every path with a slash, turns every error into a problem."""

from collections.abc import Callable

from starlette.routing import Router
from starlette.types import Message, Receive, Scope, Send

import logs
from ingress.bodies import Gone
from ingress.body_budget import BodyBudget
from ingress.connection_limit import ConnectionLimit
from ingress.limits.limits import tell
from ingress.origins import ALLOWED, Origins
from ingress.problems import MEDIA_TYPE, problem_of, unavailable
from ingress.request_ids import REQUEST_ID_HEADER, RequestIds, given_id

IS_ADMITTED = "cashbeat.is_admitted"  # in a request's scope: whether there was room for its body


class Door:
    """An ASGI application around a router.

    A path without its last slash is answered like the one with it, never redirected: senders of webhooks do not follow.
    """

    def __init__(
        self, router: Router, release: Callable[[], None], connection_limit: ConnectionLimit, origins: Origins
    ) -> None:
        self.router = router
        self._origins = origins
        # both are counted by the protocol: connections before there is a request, bodies before they are kept
        self.connection_limit = connection_limit
        self.body_budget = BodyBudget()
        self.release = release  # called when the server begins to stop
        self._ids = RequestIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.router(scope, receive, send)
            return
        request_id = self._request_id(scope)
        has_started = False

        async def send_named(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                named = (REQUEST_ID_HEADER, request_id), *tell(scope), *self._origins.told(scope)
                message["headers"] = [*message["headers"], *named]
            await send(message)

        scope["app"] = self  # tells Starlette's router to raise for 404 and 405 rather than to answer in plain text
        asked_path = scope["path"]
        if not asked_path.endswith("/"):
            scope["path"] = asked_path + "/"
        try:
            if not scope[IS_ADMITTED]:
                raise unavailable("Too many large requests at once; send it again.")
            if self._origins.asks_first(scope):
                await _allow(send_named)
                return
            await self.router(scope, receive, send_named)
        except Gone:
            return
        except Exception as error:
            if has_started:
                raise
            await _answer(error, asked_path, request_id.decode(), send_named)

    def _request_id(self, scope: Scope) -> bytes:
        given = given_id(scope)
        if given is None:
            return self._ids.next()
        logs.bind(request_id=given.decode())
        return given


async def _allow(send: Send) -> None:
    """Tell a browser what a page of the product's may ask."""
    await send({"type": "http.response.start", "status": 204, "headers": list(ALLOWED)})
    await send({"type": "http.response.body", "body": b""})


async def _answer(error: Exception, path: str, request_id: str, send: Send) -> None:
    logs.bind(request_id=request_id)
    problem = problem_of(error)
    body = problem.body(path, request_id)
    headers = {**problem.headers, "content-type": MEDIA_TYPE, "content-length": str(len(body))}
    named = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": named})
    await send({"type": "http.response.body", "body": body})
