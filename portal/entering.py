"""In by a link, out by a button.

Opening a link changes nothing, since programs that look for harmful mails open every one; only its button uses it up.
"""

from secrets import token_urlsafe
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.callers.enter import Browser, enter
from billing.callers.leave import leave
from billing.callers.visits import account_of_link, return_url_of_link
from database.api_keys import hash_key
from database.sight import EVERYTHING
from ingress.connection_limit import address_of
from ingress.reads import Reads
from portal.forms import read_form
from portal.pages import Pages
from portal.site import Site
from portal.targets import HOME, path_of
from portal.visitors import Visitors
from portal.wanted import Wanted

log = structlog.get_logger(__name__)
TOKEN_BYTES = 32
PARKED = "/parked"
EVERYWHERE = "all"
# whoever may be there at all may look through their own sessions, and leave
PERMISSION = "accounts:read"


class Entering:
    """`/enter/{token}` and `/leave`."""

    def __init__(self, reads: Reads, visitors: Visitors, pages: Pages, site: Site) -> None:
        self._reads = reads
        self._visitors = visitors
        self._pages = pages
        self._site = site

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/enter/{token}", self.show, methods=["GET"]),
            Route("/enter/{token}", self.enter, methods=["POST"]),
            Route("/leave", self.leave, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Whose account it is, and a button."""
        link = link_in(request)
        account = await self._reads.run(lambda session: account_of_link(session, link), EVERYTHING)
        if account is None:
            return await self._over(link)
        return self._pages.plain("enter.html", {"account_name": account.name})

    async def enter(self, request: Request) -> Response:
        """Use the link up, give the browser a cookie that nobody had before, and lead on to an address without it."""
        link, cookie = link_in(request), token_urlsafe(TOKEN_BYTES)
        browser = browser_of(request, cookie)
        began = await self._reads.run(lambda session: enter(session, link, browser), EVERYTHING)
        if began is None:
            return await self._over(link)
        visit = began.visit
        log.info("portal_entered", session_id=str(visit.id), account_id=str(visit.account_id))
        return let_in(self._site, request, cookie, path_of(began.target))

    async def leave(self, request: Request) -> Response:
        """End this session, or wherever the visitor is in this account's portal; the browser forgets what it kept."""
        visitor = await self._visitors.require(request, PERMISSION)
        only = await to_be_ended(request, visitor.session_id)
        user_id, account_id = visitor.principal.id, visitor.account_id
        ended = await self._reads.run(
            lambda session: leave(session, account_id, user_id, only), visitor.principal.sight
        )
        log.info("portal_left", session_id=str(visitor.session_id), sessions=len(ended))
        if only not in (None, visitor.session_id):
            return RedirectResponse("/account/sessions", 303)
        return see_off(self._site, self._pages.plain("left.html", {"return_url": visitor.return_url}))

    async def _over(self, link: str) -> Response:
        """Used, over or never there: the same words, and the way back to where a new one is made."""
        return_url = await self._reads.run(lambda session: return_url_of_link(session, link), EVERYTHING)
        return self._pages.plain("link_over.html", {"return_url": return_url}, 410)


async def to_be_ended(request: Request, own: UUID) -> UUID | None:
    """Which session a form wants ended: the one that it names, or one's own; None for all of them."""
    which = (await read_form(request)).get("session", "")
    return None if which == EVERYWHERE else named(which) or own


def see_off(site: Site, answer: Response) -> Response:
    """The same answer, after which the browser has forgotten what it kept."""
    site.forget_cookie(answer)
    # not "cookies": that would sign them out of the product, too, where it shares our domain
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


def named(text: str) -> UUID | None:
    """The session that a form names, if it does."""
    try:
        return UUID(text)
    except ValueError:
        return None


def browser_of(request: Request, cookie: str) -> Browser:
    """Who comes, with the cookie that they are given."""
    return Browser(hash_key(cookie), address_of(request), _readable_agent(request))


def let_in(site: Site, request: Request, cookie: str, path: str) -> Response:
    """Give a browser the cookie of its session, and lead on.

    To what it had sent before, else to this path if it is one in particular, else to what it had wanted to see.
    """
    to = onward(site, request, path)
    answer = Wanted(site).lead(request, HOME) if to == HOME else RedirectResponse(to, 303)
    site.set_cookie(answer, cookie)
    return answer


def onward(site: Site, request: Request, path: str) -> str:
    """Where to lead a browser: to what it had sent too early or too late, else to this path."""
    return PARKED if site.cookie_for("parked") in request.cookies else path


def link_in(request: Request) -> str:
    """What stands for the link that was opened."""
    token: str = request.path_params["token"]
    return hash_key(token)


def _readable_agent(request: Request) -> str:
    """What a browser calls itself is shown: nothing in it that is no letter."""
    return "".join(character for character in request.headers.get("user-agent", "") if character.isprintable())
