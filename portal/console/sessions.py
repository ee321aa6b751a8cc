"""Where one is signed in to the console, and where everybody begins."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.callers.console_visits import console_sessions_of
from portal.console.hands import Hands
from portal.console.navigation import NAVIGATION

# every role has it
PERMISSION = "operations:read"


class SessionsPage:
    """`GET /` and `GET /admin/sessions`."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [Route("/", self.home, methods=["GET"]), Route("/admin/sessions", self.show, methods=["GET"])]

    async def home(self, request: Request) -> Response:
        """To the first page that their role shows."""
        colleague = await self._colleagues.require(request)
        first = next((way.path for way in NAVIGATION if colleague.may(way.permission)), "/admin/sessions")
        return RedirectResponse(first, HTTPStatus.SEE_OTHER)

    async def show(self, request: Request) -> Response:
        """One's own sessions, each with a button that ends it."""
        return await self._showing.page(
            request,
            PERMISSION,
            "console/sessions.html",
            lambda look: {"sessions": console_sessions_of(look.session, look.colleague.staff_id)},
        )
