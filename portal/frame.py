"""The outermost layer: names every request, tells browsers what to keep to, turns every error into a page."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

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
from portal.headers import Told, completed
from portal.pace import Pace
from portal.pages import Pages
from portal.parking import Parking
from portal.refused import ProofNeeded, Refused, Wording, not_found, not_permitted
from portal.site import Site
from portal.wanted import Wanted

log = structlog.get_logger(__name__)
# where a page leaves the cookie that names its session from now on: it goes with any answer, a refusal, too
CHANGED_COOKIE = "cashbeat.changed_cookie"


@dataclass(frozen=True, slots=True)
class Walls:
    """What stands around its pages: how many are asked for, and what is kept of who is signed out meanwhile."""

    pace: Pace
    parking: Parking[Any]
    wanted: Wanted


class Portal:
    """An ASGI application around a router, served as the door is. A path with a slash at its end is the one without."""

    def __init__(
        self,
        router: ASGIApp,
        pages: Pages,
        site: Site,
        release: Callable[[], None],
        connection_limit: ConnectionLimit,
        walls: Walls,
    ) -> None:
        self._router = router
        self._pages = pages
        self._walls = walls
        self._site = site
        self._headers = Told(site)
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
                headers = completed(message["headers"], self._headers.at(scope["path"]))
                message["headers"] = [*headers, (REQUEST_ID_HEADER, request_id), *self._changed_cookie(scope)]
            await send(message)

        scope["app"] = self  # tells Starlette's router to raise for 404 and 405 rather than to answer in plain text
        scope["path"] = scope["path"].rstrip("/") or "/"
        try:
            if not scope[IS_ADMITTED]:
                raise unavailable()
            self._walls.pace.require(scope)
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
                answer = await self._refusal(_words_of(error, self._pages.wording), request_id.decode(), scope, receive)
            await answer(scope, receive, send_told)

    def _changed_cookie(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """What tells a browser of it, if there is one."""
        if CHANGED_COOKIE not in scope:
            return []
        told = Response()
        self._site.set_cookie(told, scope[CHANGED_COOKIE])
        return [each for each in told.raw_headers if each[0] == b"set-cookie"]

    async def _led_to_proof(self, needed: ProofNeeded, scope: Scope, receive: Receive) -> Response:
        """What they sent is kept until they have shown that it is them."""
        answer: Response = RedirectResponse(needed.path, HTTPStatus.SEE_OTHER)
        if cookie := await self._walls.parking.park(scope, receive):
            self._walls.parking.give(answer, cookie)
        return answer

    async def _refusal(self, refused: Refused, request_id: str, scope: Scope, receive: Receive) -> Response:
        """The page that says it. What somebody sent, or wanted to see, when their session was over, is kept."""
        is_over, parking = refused.status == HTTPStatus.UNAUTHORIZED, self._walls.parking
        cookie = await parking.park(scope, receive) if is_over else ""
        answer = self._pages.refusal(refused, request_id, is_parked=bool(cookie))
        if cookie:
            parking.give(answer, cookie)
        if is_over:
            self._walls.wanted.remember(scope, answer)
        return answer


def _words_of(error: Exception, wording: Wording) -> Refused:
    """For a page. What nobody foresaw is logged, and told without its reason."""
    if isinstance(error, Refused):
        return error
    problem: Problem = problem_of(error)
    match problem.status:
        case 404 | 405:
            return not_found()
        case 403:
            return not_permitted(wording.not_permitted)
        case 413:
            return Refused(413, "Too large", "This form is larger than anything that we ask for.")
        case 503:
            text = "We cannot answer just now. Try again: a form that you have sent counts once."
            return Refused(503, "One moment, please", text, retry_after_seconds=2)
    text = "The mistake is ours, and it was noted. If you sent a form, look whether it was done: it counts once."
    return Refused(500, "Something went wrong", text)
