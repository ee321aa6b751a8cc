"""What is dangerous wants to know again who it is, unless they showed it a moment ago: by a code of a mail.

The cookie is changed with it: whoever has copied the one before is out. What was sent too early is kept.
"""

from secrets import token_urlsafe

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.callers.prove_again import prove_again
from billing.callers.prove_mail import can_try
from billing.callers.visits import is_fresh
from billing.team.queries import mail_of
from database.api_keys import hash_key
from database.sight import EVERYTHING
from ingress.reads import Reads
from portal.entering import TOKEN_BYTES, onward
from portal.mailed_codes import COOKIE_SECONDS, OVER, WRONG, MailedCodes, typed_code
from portal.refused import BACK, PROOF
from portal.showing import Showing
from portal.site import Site
from portal.visitors import TOKEN_LENGTH_MAX, Visitor, Visitors

log = structlog.get_logger(__name__)
PERMISSION = "accounts:read"
CODE = f"{PROOF}/code"
# what may be gone back to; what else an address says is no page of an account
OF_ACCOUNT = "/account/"
HOME = "/"


class Proving:
    """`/proof` and `/proof/code`."""

    def __init__(
        self, reads: Reads, visitors: Visitors, showing: Showing, site: Site, codes: MailedCodes
    ) -> None:  # fmt: skip
        self._reads = reads
        self._visitors = visitors
        self._showing = showing
        self._site = site
        self._codes = codes

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route(PROOF, self.show, methods=["GET"]),
            Route(PROOF, self.ask, methods=["POST"]),
            Route(CODE, self.show_code, methods=["GET"]),
            Route(CODE, self.try_code, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Why, where the code goes, and a button."""
        visitor = await self._visitors.require(request, PERMISSION)
        content = {"address": await self._address(visitor)}
        return await self._showing.page_of(visitor, request, "proof.html", lambda *_: content)

    async def ask(self, request: Request) -> Response:
        """Have the code mailed, and give this browser the cookie that it is bound to."""
        visitor = await self._visitors.require(request, PERMISSION)
        cookie = await self._codes.ask(request, await self._address(visitor), visitor.session_id)
        answer = RedirectResponse(f"{CODE}?{request.url.query}", 303)
        self._site.give(answer, self._name, cookie, COOKIE_SECONDS)
        return answer

    async def show_code(self, request: Request) -> Response:
        """A field for it; for a browser that has asked for none, the page before."""
        visitor = await self._visitors.require(request, PERMISSION)
        if not self._cookie(request):
            return RedirectResponse(f"{PROOF}?{request.url.query}", 303)
        return await self._asked(request, visitor, "", can_try=True)

    async def try_code(self, request: Request) -> Response:
        """On to what was wanted, if it is right; pressed twice it was."""
        visitor = await self._visitors.require(request, PERMISSION)
        if await self._reads.run(lambda session: is_fresh(session, visitor.session_id), visitor.principal.sight):
            return self._onward(request)
        code, browser, own = await typed_code(request), hash_key(self._cookie(request)), token_urlsafe(TOKEN_BYTES)
        visit_id = visitor.session_id
        if await self._reads.run(
            lambda session: prove_again(session, visit_id, browser, code, hash_key(own)), EVERYTHING
        ):
            log.info("portal_proven", session_id=str(visit_id), account_id=str(visitor.account_id))
            answer = self._onward(request)
            self._site.set_cookie(answer, own)
            self._site.take(answer, self._name)
            return answer
        is_open = await self._reads.run(lambda session: can_try(session, browser, visit_id), EVERYTHING)
        return await self._asked(request, visitor, WRONG if is_open else OVER, can_try=is_open)

    async def _asked(self, request: Request, visitor: Visitor, error: str, *, can_try: bool) -> Response:
        errors = {"code": error} if error else {}
        content = {"errors": errors, "can_try": can_try, "again": f"{PROOF}?{request.url.query}"}
        return await self._showing.page_of(visitor, request, "proof_code.html", lambda *_: content)

    async def _address(self, visitor: Visitor) -> str:
        return await self._reads.run(
            lambda session: mail_of(session, visitor.account_id, visitor.principal.id), visitor.principal.sight
        )

    def _onward(self, request: Request) -> Response:
        """To what was sent too early, else to the page that was asked for."""
        back = request.query_params.get(BACK, "")
        return RedirectResponse(onward(self._site, request, back if back.startswith(OF_ACCOUNT) else HOME), 303)

    @property
    def _name(self) -> str:
        return self._site.cookie_for("proof")

    def _cookie(self, request: Request) -> str:
        found = request.cookies.get(self._name, "")
        return found if len(found) <= TOKEN_LENGTH_MAX else ""
