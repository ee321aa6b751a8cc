"""What became of a colleague's command: as for customers, and where it waits for a second person that is said.

It waits a moment for the outcome; what takes longer says so, and is looked at again by a link.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from database.operations import Operation
from ingress.operations import find, is_final, view_operation
from ingress.waiting import Waiting
from portal.console.after import after
from portal.console.hands import Hands
from portal.console.words import command_name
from portal.operation_page import WAIT_SECONDS, WATCH_SECONDS

PERMISSION = "operations:read"
ON_ITS_WAY = ("queued", "running")


class OperationPage:
    """`GET /operations/{id}`: one of their own; of others' there is a page in `/admin/operations`."""

    def __init__(self, hands: Hands, waiting: Waiting) -> None:
        self._reads = hands.reads
        self._colleagues = hands.colleagues
        self._showing = hands.showing
        self._waiting = waiting

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route("/operations/{id:uuid}", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """How far it is."""
        colleague = await self._colleagues.require(request, PERMISSION)
        operation_id: UUID = request.path_params["id"]
        callers = colleague.principal.sees_operations_of

        def read(session: Session) -> tuple[Operation, Mapping[str, Any]]:
            found = find(session, operation_id, callers)
            return found, found.body

        found, said = await self._reads.run(read, colleague.principal.sight)
        row = found if is_final(found) else await self._waiting.wait(operation_id, WAIT_SECONDS) or found
        shown = view_operation(row)
        # what waits for a second person is not watched: each look would keep the session of an empty desk alive
        is_watched = "watch" in request.query_params and shown.status in ON_ITS_WAY
        content = {
            "operation": shown,
            "name": command_name(shown.kind),
            "back_to": after(shown.kind, said, shown.result),
            "is_watched": is_watched,
        }
        answer = await self._showing.page_of(colleague, request, "console/operation.html", lambda _: content)
        if is_watched:
            answer.headers["refresh"] = str(WATCH_SECONDS)
        return answer
