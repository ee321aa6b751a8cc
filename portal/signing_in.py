"""In by mail: an address, a code for this browser or a link for any, and then the account.

Whoever asks learns nothing of an address: the answer, and what is done for it, are the same for every one. Which
accounts there are is shown to whoever has proved that they read its mail.
"""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from secrets import token_urlsafe

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.callers.enter_proven import enter_proven, ways_of
from billing.callers.prove_mail import can_try, find_by_link, prove_by_code, prove_by_link
from billing.callers.tables import PortalSession
from database.api_keys import hash_key
from database.sight import EVERYTHING
from ingress.reads import Reads
from portal.entering import TOKEN_BYTES, browser_of, let_in, named
from portal.forms import read_form
from portal.mailed_codes import COOKIE_SECONDS, OVER, WRONG, MailedCodes, typed_code
from portal.pages import Pages
from portal.site import Site
from portal.targets import HOME
from portal.visitors import TOKEN_LENGTH_MAX
from schemas.emails import Email

log = structlog.get_logger(__name__)
EMAIL: TypeAdapter[str] = TypeAdapter(Email)
ASK, CODE, ACCOUNTS = "/sign-in", "/sign-in/code", "/sign-in/accounts"
NO_ADDRESS = "This is no e-mail address."
# as long as what it is compared with is remembered (`forget_visits`)
KNOWN_SECONDS = 90 * 24 * 3_600
Proof = Callable[[Session, str], bool]


class Drawn:
    """What somebody is given who is let in: the cookie of their session, and one by which their browser is known."""

    def __init__(self, request: Request) -> None:
        self.own, self.known = token_urlsafe(TOKEN_BYTES), token_urlsafe(TOKEN_BYTES)
        self.browser = replace(browser_of(request, self.own), known_cookie=hash_key(self.known))


class SigningIn:
    """`/sign-in` and what is below it."""

    def __init__(self, reads: Reads, pages: Pages, site: Site, codes: MailedCodes) -> None:
        self._reads = reads
        self._pages = pages
        self._site = site
        self._codes = codes

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route(ASK, self.show, methods=["GET"]),
            Route(ASK, self.ask, methods=["POST"]),
            Route(CODE, self.show_code, methods=["GET"]),
            Route(CODE, self.try_code, methods=["POST"]),
            Route(ACCOUNTS, self.show_accounts, methods=["GET"]),
            Route(ACCOUNTS, self.choose, methods=["POST"]),
            Route("/sign-in/{token}", self.show_link, methods=["GET"]),
            Route("/sign-in/{token}", self.follow, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """A field for the address."""
        return self._pages.plain("sign_in.html", {"email": "", "error": ""})

    async def ask(self, request: Request) -> Response:
        """Write it down, have the mail staged, and give this browser the cookie that its code is bound to."""
        typed = (await read_form(request)).get("email", "")
        try:
            email = EMAIL.validate_python(typed)
        except ValidationError:
            content = {"email": typed, "error": NO_ADDRESS}
            return self._pages.plain("sign_in.html", content, HTTPStatus.UNPROCESSABLE_ENTITY)
        known = self._kept(request, self._known)
        cookie = await self._codes.ask(request, email, known=hash_key(known) if known else "")
        return self._with_cookie(RedirectResponse(CODE, HTTPStatus.SEE_OTHER), cookie)

    async def show_code(self, request: Request) -> Response:
        """A field for the code; for a browser that has asked for none, the field for the address."""
        if not self._cookie(request):
            return RedirectResponse(ASK, HTTPStatus.SEE_OTHER)
        return self._pages.plain("sign_in_code.html", {"error": "", "can_try": True})

    async def try_code(self, request: Request) -> Response:
        """In, if it is right."""
        code, cookie = await typed_code(request), self._cookie(request)
        if not cookie:
            return RedirectResponse(ASK, HTTPStatus.SEE_OTHER)
        browser = hash_key(cookie)
        answer = await self._prove(request, lambda session, proof: prove_by_code(session, browser, code, proof))
        if answer is not None:
            return answer
        is_open = await self._reads.run(lambda session: can_try(session, browser), EVERYTHING)
        content = {"error": WRONG if is_open else OVER, "can_try": is_open}
        return self._pages.plain("sign_in_code.html", content, HTTPStatus.UNPROCESSABLE_ENTITY)

    async def show_link(self, request: Request) -> Response:
        """Which address it is, and a button; programs that open every link in a mail use nothing up."""
        link = hash_key(request.path_params["token"])
        found = await self._reads.run(lambda session: find_by_link(session, link), EVERYTHING)
        if found is None:
            return self._over()
        return self._pages.plain("sign_in_link.html", {"email": found.email})

    async def follow(self, request: Request) -> Response:
        """In, and the link is used up."""
        link = hash_key(request.path_params["token"])
        return await self._prove(request, lambda session, proof: prove_by_link(session, link, proof)) or self._over()

    async def show_accounts(self, request: Request) -> Response:
        """Those that the address leads to, for whoever has proved that it is theirs."""
        proof = hash_key(self._cookie(request))
        ways = await self._reads.run(lambda session: ways_of(session, proof), EVERYTHING)
        return self._pages.plain("sign_in_accounts.html", {"ways": ways}) if ways else self._over()

    async def choose(self, request: Request) -> Response:
        """Into one of them."""
        chosen = named((await read_form(request)).get("account", ""))
        if chosen is None:
            return self._over()
        drawn, proof = Drawn(request), hash_key(self._cookie(request))
        began = await self._reads.run(
            lambda session: enter_proven(session, proof, chosen, drawn.browser), EVERYTHING
        )  # fmt: skip
        return self._begun(request, began, drawn) if began else self._over()

    async def _prove(self, request: Request, prove: Proof) -> Response | None:
        """Into the only account, else to the choice; None where nothing was proved.

        To prove and to enter is one transaction: no code is used up by who is not let in.
        """
        cookie, drawn = token_urlsafe(TOKEN_BYTES), Drawn(request)
        proof = hash_key(cookie)

        def read(session: Session) -> tuple[bool, PortalSession | None]:
            if not prove(session, proof):
                return False, None
            ways = ways_of(session, proof)
            return True, enter_proven(session, proof, ways[0].account_id, drawn.browser) if len(ways) == 1 else None

        is_proven, began = await self._reads.run(read, EVERYTHING)
        if began is not None:
            return self._begun(request, began, drawn)
        if not is_proven:
            return None
        return self._with_cookie(RedirectResponse(ACCOUNTS, HTTPStatus.SEE_OTHER), cookie)

    def _begun(self, request: Request, began: PortalSession, drawn: Drawn) -> Response:
        log.info("portal_entered", session_id=str(began.id), account_id=str(began.account_id), how="mail")
        answer = let_in(self._site, request, drawn.own, HOME)
        self._site.take(answer, self._name)
        self._site.give(answer, self._known, drawn.known, KNOWN_SECONDS)
        return answer

    @property
    def _name(self) -> str:
        return self._site.cookie_for("sign-in")

    @property
    def _known(self) -> str:
        """That of the cookie by which a browser is known that somebody has signed in with: it opens nothing."""
        return self._site.cookie_for("known")

    def _cookie(self, request: Request) -> str:
        """What this browser was given for its code or its choice."""
        return self._kept(request, self._name)

    def _kept(self, request: Request, name: str) -> str:
        """A cookie of this browser's; empty for what we never give."""
        found = request.cookies.get(name, "")
        return found if len(found) <= TOKEN_LENGTH_MAX else ""

    def _with_cookie(self, answer: Response, cookie: str) -> Response:
        self._site.give(answer, self._name, cookie, COOKIE_SECONDS)
        return answer

    def _over(self) -> Response:
        return self._pages.plain("sign_in_over.html", {}, HTTPStatus.GONE)
