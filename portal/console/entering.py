"""In by a link and a code of an authenticator, out by a button.

Opening a link changes nothing; only its button uses it up. What it opens is the page that asks for the code: whoever
comes for the first time is shown there, once, what their authenticator has to learn.
"""

from http import HTTPStatus
from secrets import token_urlsafe

import structlog
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.callers.console_visits import member_of_link
from billing.callers.end_unproven import end_unproven
from billing.callers.enter import Browser
from billing.callers.enter_console import enter_console
from billing.callers.leave_console import leave_console
from billing.callers.tables import StaffSession
from credentials.errors import Sealed
from credentials.master_keys import MasterKeys
from credentials.second_factors import draw_second_factor, has_second_factor
from database.sight import NOTHING
from ingress.reads import Reads
from portal.console.colleagues import Colleagues
from portal.console.second_factor import PROVING, SecondFactor
from portal.entering import TOKEN_BYTES, browser_of, link_in, see_off, to_be_ended
from portal.pages import Pages
from portal.refused import Refused
from portal.site import Site

log = structlog.get_logger(__name__)
SESSIONS = "/admin/sessions"


class Entering:
    """`/enter/{token}`, `/second-factor` and `/leave`."""

    def __init__(self, reads: Reads, colleagues: Colleagues, pages: Pages, site: Site, keys: MasterKeys) -> None:
        self._reads = reads
        self._colleagues = colleagues
        self._pages = pages
        self._site = site
        self._keys = keys
        self._second_factor = SecondFactor(reads, colleagues, pages, site, keys)

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/enter/{token}", self.show, methods=["GET"]),
            Route("/enter/{token}", self.enter, methods=["POST"]),
            *self._second_factor.routes(),
            Route("/leave", self.leave, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Whose link it is, and a button."""
        link = link_in(request)
        member = await self._reads.run(lambda session: member_of_link(session, link), NOTHING)
        if member is None:
            return self._over()
        return self._pages.plain("console/enter.html", {"name": member.name})

    async def enter(self, request: Request) -> Response:
        """Use the link up, and give the browser a cookie that opens nothing but the page that asks for a code."""
        link, cookie = link_in(request), token_urlsafe(TOKEN_BYTES)
        browser = browser_of(request, cookie)
        began = await self._reads.run(lambda session: self._began(session, link, browser), NOTHING)
        if began is None:
            return self._over()
        log.info("console_entered", session_id=str(began.id), staff_id=str(began.staff_id))
        answer = RedirectResponse(PROVING, HTTPStatus.SEE_OTHER)
        self._site.set_cookie(answer, cookie)
        return answer

    async def leave(self, request: Request) -> Response:
        """End this session, or wherever they are in the console; the browser forgets what it kept."""
        colleague = await self._colleagues.require(request)
        only = await to_be_ended(request, colleague.session_id)
        staff_id = colleague.staff_id
        ended = await self._reads.run(lambda session: leave_console(session, staff_id, only), NOTHING)
        log.info("console_left", session_id=str(colleague.session_id), sessions=len(ended))
        if only not in (None, colleague.session_id):
            return RedirectResponse(SESSIONS, HTTPStatus.SEE_OTHER)
        return see_off(self._site, self._pages.plain("console/left.html", {}))

    def _began(self, session: Session, link: str, browser: Browser) -> StaffSession | None:
        """Where nothing can be sealed, nobody enters, and the link stays good."""
        began = enter_console(session, link, browser)
        if began is not None:
            if not has_second_factor(session, began.staff_id):
                end_unproven(session, began.staff_id, but=began.id)
            try:
                draw_second_factor(session, self._keys, began.staff_id)
            except Sealed:
                text = "No authenticator can be kept here: CASHBEAT_MASTER_KEYS is not set for the console."
                raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "The console lacks a key", text) from None
        return began

    def _over(self) -> Response:
        """Used, over or never there: the same words."""
        return self._pages.plain("console/link_over.html", {}, HTTPStatus.GONE)
