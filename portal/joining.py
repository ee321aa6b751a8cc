"""Into a team by the link of its invitation's mail: who is invited to what, and a button.

Whoever is signed in joins as the user that they are; who is not, in the name of the address that the mail went to, as
whoever signs in by mail is known. Opening the link changes nothing, as with every link of a mail.
"""

from http import HTTPStatus

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.errors import Rejected
from callers.principal import Kind, Principal
from database.ids import operation_id
from database.sight import EVERYTHING, OPERATIONS
from ingress.acceptance import Acceptance
from ingress.operations import find_any, view_operation
from ingress.queries.team import open_invitation
from ingress.reads import Reads
from ingress.waiting import Waiting
from portal.after import why_not
from portal.forms import read_form
from portal.pages import Pages
from portal.refused import Refused
from portal.staging import form_key, idempotency_key
from portal.visitors import Visitors
from schemas.commands.team import AcceptInvitation
from schemas.views.team import OpenInvitationView

log = structlog.get_logger(__name__)
PERMISSION = AcceptInvitation.permission
# whoever has the mail may join by it, and is nobody beyond that
HOLDER = Principal(Kind.LINK, "join_link", "join_link", frozenset({PERMISSION}))
WAIT_SECONDS = 10.0


class Joining:
    """`/join/{token}`."""

    def __init__(
        self, reads: Reads, visitors: Visitors, pages: Pages, acceptance: Acceptance, waiting: Waiting
    ) -> None:  # fmt: skip
        self._reads = reads
        self._visitors = visitors
        self._pages = pages
        self._acceptance = acceptance
        self._waiting = waiting

    def routes(self) -> list[Route]:
        """Its address."""
        return [
            Route("/join/{token}", self.show, methods=["GET"]),
            Route("/join/{token}", self.join, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Who is invited to what, and as whom they join."""
        invitation = await self._find(request)
        if invitation is None:
            return self._over()
        return self._shown(invitation, await self._signed_in(request), "", HTTPStatus.OK)

    async def join(self, request: Request) -> Response:
        """Stage it and wait a moment; what a rule refuses is told on the page, and the link stays good."""
        invitation, who = await self._find(request), await self._signed_in(request)
        key = idempotency_key(form_key(await read_form(request)))
        if invitation is None:
            return await self._again(who or HOLDER, key)
        command = AcceptInvitation(
            token=request.path_params["token"], user_id=who.id if who else invitation.email.lower()
        )  # fmt: skip
        stored = await self._acceptance.accept(who or HOLDER, command, key, len(command.token))
        row = await self._waiting.outcome(stored, WAIT_SECONDS)
        if row.problem:
            return self._shown(invitation, who, why_not(view_operation(row)), HTTPStatus.CONFLICT)
        log.info("team_joined", account_id=str(invitation.account_id), is_in=bool(row.result))
        return self._joined(is_in=bool(row.result), is_signed_in=who is not None)

    async def _again(self, who: Principal, key: str) -> Response:
        """Of whoever has pressed twice the first one has joined: the second is told so, and not that it is over."""
        row_id, callers = operation_id(who.caller, key), (who.caller,)
        sent = await self._reads.run(lambda session: find_any(session, row_id, callers), OPERATIONS)
        return self._joined(is_in=True) if sent is not None and sent.result else self._over()

    async def _find(self, request: Request) -> OpenInvitationView | None:
        token: str = request.path_params["token"]
        try:
            return await self._reads.run(lambda session: open_invitation(session, token), EVERYTHING)
        except Rejected:
            return None

    async def _signed_in(self, request: Request) -> Principal | None:
        """Who is in this browser, if anybody is; in which account does not matter."""
        try:
            return (await self._visitors.require(request, PERMISSION)).principal
        except Refused:
            return None

    def _shown(
        self, invitation: OpenInvitationView, who: Principal | None, error: str, status: HTTPStatus
    ) -> Response:  # fmt: skip
        content = {"invitation": invitation, "who": who.id if who else "", "error": error}
        return self._pages.plain("join.html", content, status)

    def _joined(self, *, is_in: bool, is_signed_in: bool = False) -> Response:
        status = HTTPStatus.OK if is_in else HTTPStatus.ACCEPTED
        return self._pages.plain("joined.html", {"is_in": is_in, "is_signed_in": is_signed_in}, status)

    def _over(self) -> Response:
        """Used, called off, over or never there: the same words."""
        return self._pages.plain("join_over.html", {}, HTTPStatus.GONE)
