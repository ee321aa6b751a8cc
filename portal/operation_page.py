"""What became of a command: a page that is safe to load again, to go back to and to close.

It waits a moment for the outcome; what takes longer says so, and is looked at again by a link.
"""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingress.operations import find, is_final, view_operation
from ingress.waiting import Waiting
from portal.after import next_of, why_not
from portal.hands import Hands
from portal.words import command_name

PERMISSION = "operations:read"
WAIT_SECONDS = 1.5
# chosen by a link, never by itself: nobody's page moves while they read it (WCAG 2.2.1)
WATCH_SECONDS = 5


class OperationPage:
    """`GET /operations/{id}`: one of the visitor's own, others' do not exist for them."""

    def __init__(self, hands: Hands, waiting: Waiting) -> None:
        self._reads = hands.reads
        self._visitors = hands.visitors
        self._showing = hands.showing
        self._waiting = waiting

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route("/operations/{id:uuid}", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """How far it is."""
        visitor = await self._visitors.require(request, PERMISSION)
        operation_id: UUID = request.path_params["id"]
        callers = visitor.principal.sees_operations_of
        found = await self._reads.run(lambda session: find(session, operation_id, callers), visitor.principal.sight)
        if not is_final(found):
            found = await self._waiting.wait(operation_id, WAIT_SECONDS) or found
        shown = view_operation(found)
        is_watched = "watch" in request.query_params and not is_final(found)
        content = {
            "operation": shown,
            "name": command_name(shown.kind),
            "next": next_of(shown),
            "why_not": why_not(shown),
            "is_watched": is_watched,
        }
        answer = await self._showing.page_of(visitor, request, "operation.html", lambda *_: content)
        if is_watched:
            answer.headers["refresh"] = str(WATCH_SECONDS)
        return answer
