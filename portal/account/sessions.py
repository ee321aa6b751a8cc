"""Where a visitor is signed in."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.callers.looks import looks_at
from billing.callers.visits import sessions_of
from portal.hands import Hands

PERMISSION = "accounts:read"
FIRST_PAGE = "/account/billing"


class SessionsPage:
    """`GET /` and `GET /account/sessions`."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/account/sessions", self.show, methods=["GET"]),
        ]

    async def home(self, request: Request) -> Response:
        """Where everybody begins."""
        return RedirectResponse(FIRST_PAGE, 303)

    async def show(self, request: Request) -> Response:
        """One's own sessions, each with a button that ends it."""
        return await self._showing.page(
            request,
            PERMISSION,
            "account/sessions.html",
            lambda session, visitor, shell: {
                "sessions": sessions_of(session, visitor.account_id, visitor.principal.id),
                "looks": looks_at(session, visitor.account_id),
            },
        )
