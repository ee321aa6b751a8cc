"""How the work runs: what waits, since when and for whom, and whether every queue's heart beats.

The figures are those of `/metrics` and `/readyz`. Flower, which shows the workers themselves, is another page.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingress.queries.running import read_running
from portal.console.hands import Hands
from portal.console.showing import Content, Look
from portal.console.work import READS, ROOT

# where what waits for a person is decided about, by its table; of the others there is no page
DECIDED_AT = {
    "inbox": f"{ROOT}/inbox?status=parked",
    "operations": f"{ROOT}?status=parked",
    "outbox": f"{ROOT}/outbox?status=parked",
    "receipts": "/admin/payments/received?needs_a_look=true",
    "payment_claims": "/admin/payments",
}


class RunningPage:
    """`GET /admin/operations/running`."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route(f"{ROOT}/running", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """As it is now."""

        def read(look: Look) -> Content:
            return {"it": read_running(look.session), "decided_at": DECIDED_AT}

        return await self._showing.page(request, READS, "console/running.html", read)
