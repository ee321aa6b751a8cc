"""The page that asks for a code: each is taken once, a few may be tried, and the right one changes the cookie."""

from datetime import UTC, datetime
from http import HTTPStatus
from secrets import token_urlsafe
from typing import NamedTuple

import segno
import structlog
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.callers.console_visits import Visit
from billing.callers.count_try import count_try
from billing.callers.prove import prove
from callers.keys import principal_of
from credentials.master_keys import MasterKeys
from credentials.second_factors import has_second_factor, shown_second_factor, use_code
from database.api_keys import hash_key
from database.audit.tables import ActorKind
from database.audit.write import Actor, Deed, write_down
from ingress.reads import Reads
from portal.console.colleagues import Colleagues, signed_out
from portal.console.fresh import too_many_codes, unsealed
from portal.entering import TOKEN_BYTES, let_in
from portal.forms import read_form
from portal.pages import Pages
from portal.site import Site

log = structlog.get_logger(__name__)
PROVING = "/second-factor"
HOME = "/"
# of the square that a telephone reads, in pixels a module
SCALE = 4


class Tried(NamedTuple):
    """What became of a code. `left` is how many more may be tried, None: none, not even this one."""

    is_right: bool
    left: int | None


class SecondFactor:
    """`/second-factor`."""

    def __init__(self, reads: Reads, colleagues: Colleagues, pages: Pages, site: Site, keys: MasterKeys) -> None:
        self._reads = reads
        self._colleagues = colleagues
        self._pages = pages
        self._site = site
        self._keys = keys

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route(PROVING, self.show, methods=["GET"]), Route(PROVING, self.prove, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """A field for the code; what an authenticator has to learn as long as it has not shown that it did."""
        visit = await self._waiting(request)
        if visit.session.proven_at is not None:
            return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
        return await self._asked(visit, {})

    async def prove(self, request: Request) -> Response:
        """With the right code the session begins, by another cookie than the one that was there before."""
        visit, cookie = await self._waiting(request), token_urlsafe(TOKEN_BYTES)
        if visit.session.proven_at is not None:  # pressed twice
            return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
        code = "".join((await read_form(request)).get("code", "").split())
        tried = await unsealed(self._reads, lambda session: self._tried(session, visit, code, hash_key(cookie)))
        if tried.is_right:
            log.info("console_proven", session_id=str(visit.session.id), staff_id=str(visit.member.id))
            return let_in(self._site, request, cookie, HOME)
        log.warning("console_code_refused", session_id=str(visit.session.id), staff_id=str(visit.member.id))
        if not tried.left:
            raise too_many_codes()
        text = f"This code is not right, or was used already. You may try {tried.left} more."
        return await self._asked(visit, {"code": text})

    async def _waiting(self, request: Request) -> Visit:
        """Who has come by a link, and works here still."""
        visit = await self._colleagues.find(request)
        if visit is None or principal_of(visit.member) is None:
            raise signed_out()
        return visit

    async def _asked(self, visit: Visit, errors: dict[str, str]) -> Response:
        member, issuer = visit.member, self._pages.seller_name
        shown = await unsealed(
            self._reads, lambda session: shown_second_factor(session, self._keys, member.id, member.email, issuer)
        )
        square = segno.make_qr(shown.address).svg_data_uri(scale=SCALE, dark="#000", light="#fff") if shown else ""
        content = {"name": member.name, "shown": shown, "square": square, "errors": errors}
        return self._pages.plain("console/second_factor.html", content)

    def _tried(self, session: Session, visit: Visit, code: str, token_sha256: str) -> Tried:
        """The try is counted whatever comes of it, and who enters is written down."""
        left, is_new = count_try(session, visit.session.id), not has_second_factor(session, visit.member.id)
        if left is None or not use_code(session, self._keys, visit.member.id, code, datetime.now(UTC)):
            return Tried(False, left)
        proven = prove(session, visit.session.id, token_sha256)
        principal = principal_of(visit.member)
        if proven is None or principal is None:
            return Tried(False, None)
        actor = Actor(ActorKind.STAFF, principal.caller, visit.member.name, visit.member.role)
        write_down(
            session, [Deed(actor, "enter_console", said={"session_id": proven.id, "is_new_authenticator": is_new})]
        )
        return Tried(True, left)
