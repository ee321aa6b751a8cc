"""A session that ends in the middle of a form costs nothing that was typed: it is shown again after signing in.

So does what was sent before somebody had shown that it is them, see `portal.proving`.

It is never sent by itself: somebody else may have read the screen meanwhile, or the price may have changed.
"""

from collections.abc import Mapping
from secrets import token_urlsafe

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope

from billing.callers.park import PARKED_FOR, find_parked, park, unpark
from billing.callers.tables import ParkedForm
from billing.errors import Unavailable
from database.api_keys import hash_key
from database.sight import EVERYTHING
from ingress.bodies import Gone
from ingress.problems import Problem
from ingress.reads import Reads
from portal.forms import is_id, read_form
from portal.refused import Refused
from portal.showing import Showing
from portal.site import Site
from portal.staging import KEY_FIELD
from portal.visitors import TOKEN_LENGTH_MAX, Visitor, Visitors

log = structlog.get_logger(__name__)
TOKEN_BYTES = 32
# what is worth keeping is a form of ours; that of entering, leaving and signing in is sent again as quickly
OF_ACCOUNT = "/account/"
FORM_TYPE = "application/x-www-form-urlencoded"
CHARACTERS_MAX = 16_000
FIELDS_MAX = 60
PERMISSION = "accounts:read"
HOME = "/"


class Parking:
    """What was sent too late, and `/parked`, where it is seen again."""

    def __init__(self, reads: Reads, site: Site) -> None:
        self._reads = reads
        self._site = site

    @property
    def cookie_name(self) -> str:
        """That of the cookie by which a browser finds it again."""
        return self._site.cookie_for("parked")

    async def park(self, scope: Scope, receive: Receive) -> str:
        """The cookie for a browser whose form was kept; empty where there was none that is kept."""
        request = Request(scope, receive)
        over = request.cookies.get(self._site.cookie_name, "")
        if request.method != "POST" or not request.url.path.startswith(OF_ACCOUNT) or not over:
            return ""
        if request.headers.get("content-type", "").partition(";")[0].strip() != FORM_TYPE:
            return ""
        try:
            fields = await read_form(request)
            return await self._keep(over, request.url.path, fields) if _is_small(fields) else ""
        except (Gone, Refused, Problem, Unavailable, TimeoutError):  # it is lost then, and the page says nothing
            log.warning("form_not_parked", path=request.url.path)
            return ""

    def give(self, answer: Response, cookie: str) -> None:
        """Let the browser have the cookie for as long as the form is kept."""
        seconds = int(PARKED_FOR.total_seconds())
        self._site.give(answer, self.cookie_name, cookie, seconds)

    def take(self, answer: Response) -> Response:
        """The same answer; the browser forgets the cookie."""
        self._site.take(answer, self.cookie_name)
        return answer

    async def find(self, request: Request, visitor: Visitor) -> ParkedForm | None:
        """What this browser had sent, if it was the same user of the same account."""
        cookie = request.cookies.get(self.cookie_name, "")
        if not 0 < len(cookie) <= TOKEN_LENGTH_MAX:
            return None
        return await self._reads.run(
            lambda session: find_parked(session, hash_key(cookie), visitor.account_id, visitor.principal.id),
            visitor.principal.sight,
        )

    async def forget(self, request: Request, visitor: Visitor) -> None:
        """It is sent now, or not wanted."""
        cookie = request.cookies.get(self.cookie_name, "")
        await self._reads.run(lambda session: unpark(session, hash_key(cookie)), visitor.principal.sight)

    async def _keep(self, over: str, path: str, fields: Mapping[str, str]) -> str:
        cookie = token_urlsafe(TOKEN_BYTES)
        is_kept = await self._reads.run(
            lambda session: park(session, hash_key(over), hash_key(cookie), path, fields), EVERYTHING
        )
        return cookie if is_kept else ""


class ParkedPage:
    """`/parked`: what was sent too late, to be looked at, mended, sent or thrown away."""

    def __init__(self, parking: Parking, visitors: Visitors, showing: Showing) -> None:
        self._parking = parking
        self._visitors = visitors
        self._showing = showing

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/parked", self.show, methods=["GET"]),
            Route("/parked", self.send, methods=["POST"]),
            Route("/parked/forget", self.forget, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Each field as it was typed."""
        visitor = await self._visitors.require(request, PERMISSION)
        found = await self._parking.find(request, visitor)
        if found is None:
            return self._parking.take(RedirectResponse(HOME, 303))
        typed = {name: value for name, value in found.fields.items() if name != KEY_FIELD}
        # what was chosen from a list is an id, and nothing to be read
        ids = {name: value for name, value in typed.items() if is_id(value)}
        shown = {name: value for name, value in typed.items() if name not in ids}
        content = {"parked": found, "ids": ids, "shown": shown, "key": found.fields.get(KEY_FIELD, "")}
        return await self._showing.page_of(visitor, request, "parked.html", lambda *_: content)

    async def send(self, request: Request) -> Response:
        """Lead the browser, with what it has just sent, to where it was to go first: 307 keeps method and body."""
        visitor = await self._visitors.require(request, PERMISSION)
        found = await self._parking.find(request, visitor)
        if found is None:
            return self._parking.take(RedirectResponse(HOME, 303))
        await self._parking.forget(request, visitor)
        return self._parking.take(RedirectResponse(found.path, 307))

    async def forget(self, request: Request) -> Response:
        """Throw it away."""
        visitor = await self._visitors.require(request, PERMISSION)
        await self._parking.forget(request, visitor)
        return self._parking.take(RedirectResponse(HOME, 303))


def _is_small(fields: Mapping[str, str]) -> bool:
    return len(fields) <= FIELDS_MAX and sum(len(name) + len(value) for name, value in fields.items()) <= CHARACTERS_MAX
