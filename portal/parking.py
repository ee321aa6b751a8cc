"""A session that ends in the middle of a form costs nothing that was typed: it is shown again after signing in.

So does what was sent before somebody had shown that it is them, see `portal.proving`.

It is never sent by itself: somebody else may have read the screen meanwhile, or the price may have changed.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Generic, Protocol, TypeVar

import structlog
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope

from billing.callers.park import PARKED_FOR
from billing.errors import Unavailable
from database.api_keys import hash_key
from database.sight import Sight
from ingress.bodies import Gone
from ingress.problems import Problem
from ingress.reads import Reads
from portal.forms import is_form, is_id, read_form
from portal.refused import Refused
from portal.site import Site
from portal.staging import KEY_FIELD, Somebody
from portal.visitors import TOKEN_LENGTH_MAX

log = structlog.get_logger(__name__)
TOKEN_BYTES = 32
CHARACTERS_MAX = 16_000
CODE_FIELD = "code"
HOME = "/"
# what costs or moves money is sent from its own page alone, where it is built anew with the amounts of now
_PRICED = re.compile(
    r"/account/(billing/[^/]+/change|credits/purchase/[^/]+|invoices/[^/]+/(pay|transfer))"
    r"|/admin/(.+/(refund|approve|void|write-off|credits|send)|invoices/new|.+/several/.+)"
)
# what pages send along by themselves, besides keys and ids
_MACHINES = frozenset({KEY_FIELD, "at", "card_id", "do", "fingerprint", "shown_card_id"})
Whose = TypeVar("Whose", bound=Somebody)


class Parked(Protocol):
    """A form that was sent too late."""

    path: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf(Generic[Whose]):
    """Where forms are kept that pages below `pages` were sent: those of entering, leaving and signing in are sent
    again as quickly.

    Who `park`s comes with a cookie that is over, so what that may see is `sight`.
    """

    pages: str
    park: Callable[[Session, str, str, str, Mapping[str, str]], bool]
    find: Callable[[Session, str, Whose], Parked | None]
    unpark: Callable[[Session, str], None]
    sight: Sight


class Parking(Generic[Whose]):
    """What was sent too late, and the cookie by which its browser finds it again."""

    def __init__(self, reads: Reads, site: Site, shelf: Shelf[Whose]) -> None:
        self._reads = reads
        self._site = site
        self._shelf = shelf

    @property
    def cookie_name(self) -> str:
        """That of the cookie by which a browser finds it again."""
        return self._site.cookie_for("parked")

    async def park(self, scope: Scope, receive: Receive) -> str:
        """The cookie for a browser whose form was kept; empty where there was none that is kept."""
        request = Request(scope, receive)
        over = request.cookies.get(self._site.cookie_name, "")
        if request.method != "POST" or not request.url.path.startswith(self._shelf.pages) or not over:
            return ""
        if not is_form(request):
            return ""
        try:
            fields = await read_form(request)
            kept = {name: value for name, value in fields.items() if not _is_proof(name, value)}
            return await self._keep(over, request.url.path, kept) if _is_small(kept) else ""
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

    async def find(self, request: Request, somebody: Whose) -> Parked | None:
        """What this browser had sent, if it was the same person."""
        cookie = request.cookies.get(self.cookie_name, "")
        if not 0 < len(cookie) <= TOKEN_LENGTH_MAX:
            return None
        return await self._reads.run(
            lambda session: self._shelf.find(session, hash_key(cookie), somebody), somebody.principal.sight
        )

    async def forget(self, request: Request, somebody: Whose) -> None:
        """It is sent now, or not wanted."""
        cookie = request.cookies.get(self.cookie_name, "")
        await self._reads.run(lambda session: self._shelf.unpark(session, hash_key(cookie)), somebody.principal.sight)

    async def _keep(self, over: str, path: str, fields: Mapping[str, str]) -> str:
        cookie = token_urlsafe(TOKEN_BYTES)
        is_kept = await self._reads.run(
            lambda session: self._shelf.park(session, hash_key(over), hash_key(cookie), path, fields),
            self._shelf.sight,
        )
        return cookie if is_kept else ""


class ParkedPage(Generic[Whose]):
    """`/parked`: what was sent too late, to be looked at, mended, sent or thrown away.

    `require` finds who looks, and `show` fills their page with what it is told.
    """

    def __init__(
        self,
        parking: Parking[Whose],
        require: Callable[[Request], Awaitable[Whose]],
        show: Callable[[Whose, Request, Mapping[str, Any]], Awaitable[Response]],
    ) -> None:
        self._parking = parking
        self._require = require
        self._show = show

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/parked", self.show, methods=["GET"]),
            Route("/parked", self.send, methods=["POST"]),
            Route("/parked/forget", self.forget, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Each field as it was typed."""
        somebody = await self._require(request)
        found = await self._parking.find(request, somebody)
        if found is None:
            return self._parking.take(RedirectResponse(HOME, 303))
        fields = found.fields
        ids = {name: value for name, value in fields.items() if name != KEY_FIELD and _is_machines(name, value)}
        shown = {name: value for name, value in fields.items() if not _is_machines(name, value)}
        content = {
            "ids": ids,
            "shown": shown,
            "key": fields.get(KEY_FIELD, ""),
            "deed": _deed(found.path),
            "page": _page_of(found),
        }
        return await self._show(somebody, request, content)

    async def send(self, request: Request) -> Response:
        """Lead the browser, with what it has just sent, to where it was to go first: 307 keeps method and body.

        Of what costs or moves money it is led to the page alone, and nothing is sent.
        """
        somebody = await self._require(request)
        found = await self._parking.find(request, somebody)
        if found is None:
            return self._parking.take(RedirectResponse(HOME, 303))
        await self._parking.forget(request, somebody)
        page = _page_of(found)
        return self._parking.take(RedirectResponse(page, 303) if page else RedirectResponse(found.path, 307))

    async def forget(self, request: Request) -> Response:
        """Throw it away."""
        somebody = await self._require(request)
        await self._parking.forget(request, somebody)
        return self._parking.take(RedirectResponse(HOME, 303))


def _page_of(parked: Parked) -> str:
    """Where a form of what costs or moves money is built anew; empty for all others."""
    if not _PRICED.fullmatch(parked.path):
        return ""
    kept, _, last = parked.path.rpartition("/")
    if last == "change":
        return f"{kept}/plans"
    if last in ("pay", "transfer"):
        return kept
    return parked.path.partition("/several/")[0]


def _deed(path: str) -> str:
    """What it was about, in the words of its address."""
    return " › ".join(part for part in path.split("/")[2:] if not is_id(part))


def _is_machines(name: str, value: str) -> bool:
    """What nobody typed: keys, ids of what was chosen, amounts and marks of what was shown."""
    return name in _MACHINES or name.endswith("_minor") or is_id(value) or is_id(name.removeprefix("each-"))


def _is_proof(name: str, value: str) -> bool:
    """A code that was to show who it is: it is over by the time that the form is seen again, and kept nowhere."""
    return name == CODE_FIELD and re.fullmatch("[0-9]{6}", value.replace(" ", "")) is not None


def _is_small(fields: Mapping[str, str]) -> bool:
    return sum(len(name) + len(value) for name, value in fields.items()) <= CHARACTERS_MAX
