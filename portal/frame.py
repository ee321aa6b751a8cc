"""The outermost layer: names every request, tells browsers what to keep to, turns every error into a page."""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import logs
from ingress.bodies import Gone
from ingress.body_budget import BodyBudget
from ingress.connection_limit import ConnectionLimit
from ingress.door import IS_ADMITTED
from ingress.problems import Problem, problem_of, unavailable
from ingress.request_ids import REQUEST_ID_HEADER, RequestIds, given_id
from portal.headers import completed, told
from portal.pages import Pages
from portal.parking import Parking
from portal.refused import ProofNeeded, Refused, not_found, not_permitted
from portal.site import Site

log = structlog.get_logger(__name__)


class Portal:
    """An ASGI application around a router, served as the door is. A path with a slash at its end is the one without."""

    def __init__(
        self,
        router: ASGIApp,
        pages: Pages,
        site: Site,
        release: Callable[[], None],
        connection_limit: ConnectionLimit,
        parking: Parking | None = None,
    ) -> None:
        self._router = router
        self._pages = pages
        self._parking = parking
        self._headers = told(site)
        # what the protocol of the door counts
        self.connection_limit = connection_limit
        self.body_budget = BodyBudget()
        self.release = release
        self._ids = RequestIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        request_id, has_started = given_id(scope) or self._ids.next(), False

        async def send_told(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                headers = completed(message["headers"], self._headers)
                message["headers"] = [*headers, (REQUEST_ID_HEADER, request_id)]
            await send(message)

        scope["app"] = self  # tells Starlette's router to raise for 404 and 405 rather than to answer in plain text
        scope["path"] = scope["path"].rstrip("/") or "/"
        try:
            if not scope[IS_ADMITTED]:
                raise unavailable()
            await self._router(scope, receive, send_told)
        except Gone:
            return
        except Exception as error:
            if has_started:
                raise
            logs.bind(request_id=request_id.decode())
            if isinstance(error, ProofNeeded):
                answer = await self._led_to_proof(error, scope, receive)
            else:
                answer = await self._refusal(_words_of(error), request_id.decode(), scope, receive)
            await answer(scope, receive, send_told)

    async def _led_to_proof(self, needed: ProofNeeded, scope: Scope, receive: Receive) -> Response:
        """What they sent is kept until they have shown that it is them."""
        answer: Response = RedirectResponse(needed.path, HTTPStatus.SEE_OTHER)
        if self._parking and (cookie := await self._parking.park(scope, receive)):
            self._parking.give(answer, cookie)
        return answer

    async def _refusal(self, refused: Refused, request_id: str, scope: Scope, receive: Receive) -> Response:
        """The page that says it. What somebody sent when their session was over is kept, where that is done."""
        parking = self._parking if refused.status == HTTPStatus.UNAUTHORIZED else None
        cookie = await parking.park(scope, receive) if parking else ""
        answer = self._pages.refusal(refused, request_id, is_parked=bool(cookie))
        if parking and cookie:
            parking.give(answer, cookie)
        return answer


def _words_of(error: Exception) -> Refused:
    """For a page. What nobody foresaw is logged, and told without its reason."""
    if isinstance(error, Refused):
        return error
    problem: Problem = problem_of(error)
    match problem.status:
        case 404 | 405:
            return not_found()
        case 403:
            return not_permitted()
        case 413:
            return Refused(413, "Too large", "This form is larger than anything that we ask for.")
        case 503:
            return Refused(503, "One moment, please", "We cannot answer just now. Nothing was lost; try again.")
    return Refused(500, "Something went wrong", "The mistake is ours, and it was noted. Nothing was charged by it.")
