"""The company's figures: as cards, and each day or month of the time as a line of a table."""

from http import HTTPStatus

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingress.queries.dashboard import DashboardFilter, dashboard
from portal.console.hands import Hands
from portal.console.showing import Content, Look
from portal.forms import errors_by_field

READS = "dashboard:read"
ASKED = ("since", "until", "by")
STEPS = {"day": "by the day", "month": "by the month"}


class DashboardPage:
    """`GET /admin/dashboard`."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route("/admin/dashboard", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """This month by the day, unless another time is asked for."""
        colleague = await self._colleagues.require(request, READS)
        asked = {name: request.query_params[name] for name in ASKED if request.query_params.get(name)}
        errors: dict[str, str] = {}
        try:
            wanted = DashboardFilter.model_validate(asked)
        except ValidationError as error:
            errors, wanted = errors_by_field(error), DashboardFilter()

        def read(look: Look) -> Content:
            shown = look.at(READS, lambda session: dashboard(session, wanted))
            return {"it": shown, "asked": asked, "errors": errors, "steps": STEPS}

        status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
        return await self._showing.page_of(colleague, request, "console/dashboard.html", read, status)
