"""The company's figures: as cards, and each day or month of the time as a line of a table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingress.queries.dashboard import DashboardFilter, dashboard
from portal.charts import Line, line
from portal.console.hands import Hands
from portal.console.showing import Content, Look
from portal.formatting import count, money
from portal.forms import errors_by_field
from portal.pages import ENGLISH
from schemas.views.dashboard import DashboardView

READS = "dashboard:read"
ASKED = ("since", "until", "by")
STEPS = {"day": "by the day", "month": "by the month"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart of what the table below tells. `write` tells a value of its scale; the title is a catalogue key."""

    name: str
    title: str
    unit: str
    line: Line
    write: Callable[[int], str]


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
            return {"it": shown, "asked": asked, "errors": errors, "steps": STEPS, "drawn": list(_drawn(shown))}

        return await self._showing.page_of(colleague, request, "console/dashboard.html", read)


def _drawn(shown: DashboardView) -> Iterator[Drawn]:
    """What came, a line for each currency, and how many accounts are new."""
    for currency in (each.currency for each in shown.revenue):
        came = [sum(each.received_minor for each in step.revenue if each.currency == currency) for step in shown.series]
        write = partial(_money, currency)
        yield Drawn(f"received-{currency}", "Received", currency, line(came), write)
    new = [step.new_accounts for step in shown.series]
    yield Drawn("new-accounts", "New accounts", "", line(new), lambda number: count(number, ENGLISH))


def _money(currency: str, minor: int) -> str:
    return money(minor, currency, ENGLISH)
