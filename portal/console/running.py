"""How the work runs: what waits, since when and for whom, and whether every queue's heart beats.

The figures are those of `/metrics` and `/readyz`. Flower, which shows the workers themselves, is another page.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from database.sight import EVERYTHING
from ingress.queries.running import read_running
from portal.console.hands import Hands
from portal.console.work import READS, ROOT

# where what waits for a person is decided about, by its table, and what it takes to see that
DECIDED_AT: Mapping[str, tuple[str, str]] = {
    "inbox": (f"{ROOT}/inbox?status=parked", READS),
    "operations": (f"{ROOT}?status=parked", READS),
    "outbox": (f"{ROOT}/outbox?status=parked", READS),
    "receipts": ("/admin/payments/received?needs_a_look=true", "payments:read"),
    "payment_claims": ("/admin/payments", "payments:read"),
    "statement_lines": ("/admin/payments/statements?status=open", "statements:read"),
}


class RunningPage:
    """`GET /admin/operations/running`."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._showing = hands.showing
        self._colleagues = hands.colleagues

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route(f"{ROOT}/running", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """As it is now. The figures count what there is, whatever of it whoever looks may see."""
        colleague = await self._colleagues.require(request, READS)
        figures = await self._reads.run(read_running, EVERYTHING)
        may_see = {name: path for name, (path, permission) in DECIDED_AT.items() if colleague.may(permission)}
        content = {"it": figures, "decided_at": may_see}
        return await self._showing.page_of(colleague, request, "console/running.html", lambda _: content)
