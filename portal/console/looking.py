"""Look as the customer: an account's own pages, in the console, as its people see them, and nothing can be done there.

They are the portal's pages, those alone that are looked at, read as the console's database role, which may change
nothing of customers, and in transactions that are read-only. Each look has a reason and lives for half an hour; the
account's people are shown both among their sessions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.callers.look_as import look_as
from billing.callers.look_away import look_away
from billing.callers.looks import current_look
from billing.callers.tables import AccountLook
from callers.principal import Kind, Principal
from database.audit.tables import ActorKind
from database.audit.write import Actor, Deed, write_down
from database.sight import Sight
from ingress.noted import noted
from ingress.queries.admin_accounts import account_file
from ingress.reads import Reads
from portal.account.billing import BillingPage
from portal.account.credits import CreditsPage
from portal.account.invoice import InvoicePage
from portal.account.invoice_files import InvoiceFiles
from portal.account.invoices import InvoicesPage
from portal.account.methods import MethodsPage
from portal.account.settings import SettingsPage
from portal.account.team import TeamPage
from portal.account.usage import UsagePage
from portal.console.colleagues import Colleague, Colleagues
from portal.console.fresh import CODE
from portal.console.hands import Hands
from portal.console.showing import Content, Look
from portal.forms import read_form
from portal.hands import Hands as HandsOfPortal
from portal.pages import Pages
from portal.refused import Refused, not_permitted
from portal.showing import Showing
from portal.site import Site
from portal.staging import Somebody, Staging
from portal.transfers import Transfers
from portal.visitors import Look as Looked
from portal.visitors import Visitor, Visitors
from schemas.commands.base import Command
from schemas.permissions import Role, of_role

# whoever answers customers, and may see all that is known of one
NEEDS = ("settings:write", "accounts:search")
FIRST_PAGE = "/account/billing"
REASON_LENGTH_MAX = 200
ONLY_READING = text("SET TRANSACTION READ ONLY")
LOOKED_AT = (
    BillingPage, CreditsPage, InvoicesPage, InvoiceFiles, InvoicePage, MethodsPage, UsagePage, TeamPage, SettingsPage,
)  # fmt: skip
# what an owner sees, and nothing that one does
SEEN = frozenset(name for name in of_role(Role.OWNER) if name.endswith(":read"))
Answer = TypeVar("Answer")


class ReadOnly(Reads):
    """The same readers, each in a transaction in which PostgreSQL writes nothing, whoever would."""

    def __init__(self, reads: Reads) -> None:
        self._readers = reads

    async def run(self, read: Callable[[Session], Answer], sight: Sight) -> Answer:
        """As `Reads.run`."""

        def reading(session: Session) -> Answer:
            session.execute(ONLY_READING)
            return read(session)

        return await self._readers.run(reading, sight)

    def close(self) -> None:
        """They are closed by whoever opened them."""


class Nobody(Staging):
    """Through whom nothing is said."""

    def __init__(self) -> None:
        """It has no way in."""

    async def say(self, visitor: Somebody, command: Command, fields: object) -> Response:
        """Raises Refused 403."""
        raise not_permitted()

    async def say_last(self, visitor: Somebody, command: Command, fields: object, gone: Response) -> Response:
        """Raises Refused 403."""
        raise not_permitted()


class Lookers(Visitors):
    """Whoever looks at the pages of an account in the console; each look at a page is written down."""

    def __init__(self, reads: Reads, site: Site, colleagues: Colleagues) -> None:
        super().__init__(reads, site)
        self._writing = reads
        self._colleagues = colleagues

    async def find(self, request: Request, permission: str) -> Visitor:
        """Them. Raises Refused 401 for nobody, 403 for who may not, 404 for who looks at nothing now."""
        colleague = await self._colleagues.require(request, *NEEDS)
        look = await self._writing.run(lambda session: _noted(session, colleague, request), colleague.principal.sight)
        if look is None:
            text = "You look at no customer's pages now: a look begins on the page of an account, and ends by itself."
            raise Refused(HTTPStatus.NOT_FOUND, "Nothing is looked at", text)
        shown = Looked(look.reason, look.ends_at)
        return Visitor(look.id, look.account_id, _principal_of(look), "", look.ends_at, shown)


def _noted(session: Session, colleague: Colleague, request: Request) -> AccountLook | None:
    found = current_look(session, colleague.staff_id)
    if found is None:
        return None
    about = {"account_id": found.account_id}
    return noted(colleague.principal, NEEDS[1], request, lambda _: found, about)(session)


def _principal_of(look: AccountLook) -> Principal:
    """An owner's sight of this account alone, in nobody's name."""
    return Principal(
        kind=Kind.LINK,
        id=str(look.id),
        caller=f"look/{look.id}",
        permissions=SEEN,
        accounts=frozenset({look.account_id}),
        role=Role.OWNER,
        ends_at=look.ends_at,
    )


class LookPage:
    """`/admin/accounts/{id}/look`: the reason, and on to the account's first page; `/admin/look/end`."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues
        self._fresh = hands.fresh

    def routes(self) -> list[Route]:
        """Its addresses."""
        path = "/admin/accounts/{id:uuid}/look"
        return [
            Route(path, self.ask, methods=["GET"]),
            Route(path, self.begin, methods=["POST"]),
            Route("/admin/look/end", self.end, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """Why."""
        return await self._asked(request, {}, "")

    async def begin(self, request: Request) -> Response:
        """For half an hour, and written down with the reason. It takes a code that was shown a moment ago."""
        account_id: UUID = request.path_params["id"]
        colleague = await self._colleagues.require(request, *NEEDS)
        sent = await read_form(request)
        reason = " ".join(sent.get("reason", "").split())
        if not reason.isprintable() or not 0 < len(reason) <= REASON_LENGTH_MAX:
            why = f"must be said, in {REASON_LENGTH_MAX} characters at most"
            return await self._asked(request, {"reason": why}, reason)
        code = sent.get(CODE, "")
        if not colleague.is_fresh and (why_not := await self._fresh.why_not(request, colleague, code)):
            return await self._asked(request, {CODE: why_not}, reason)
        await self._showing.read(colleague, request, lambda look: _begin(look, account_id, reason))
        return RedirectResponse(FIRST_PAGE, HTTPStatus.SEE_OTHER)

    async def end(self, request: Request) -> Response:
        """Back to the account, as the console shows it."""
        colleague = await self._colleagues.require(request)
        found = await self._showing.read(colleague, request, _end)
        return RedirectResponse(f"/admin/accounts/{found}" if found else "/admin/accounts", HTTPStatus.SEE_OTHER)

    async def _asked(self, request: Request, errors: dict[str, str], typed: str) -> Response:
        account_id: UUID = request.path_params["id"]
        colleague = await self._colleagues.require(request, *NEEDS)

        def read(look: Look) -> Content:
            account = look.at(NEEDS[1], lambda session: account_file(session, account_id), {"account_id": account_id})
            return {"account": account, "errors": errors, "typed": typed, "needs_code": not colleague.is_fresh}

        return await self._showing.page_of(colleague, request, "console/look.html", read)


def _begin(look: Look, account_id: UUID, reason: str) -> None:
    colleague = look.colleague
    look_as(look.session, account_id, colleague.staff_id, reason)
    actor = Actor(ActorKind.STAFF, colleague.principal.caller, colleague.name, colleague.principal.role or "")
    write_down(look.session, [Deed(actor, "look_as_customer", account_id, said={"reason": reason})])


def _end(look: Look) -> UUID | None:
    found = current_look(look.session, look.colleague.staff_id)
    look_away(look.session, look.colleague.staff_id)
    return found.account_id if found else None


@dataclass(frozen=True, slots=True)
class AccountPages:
    """The portal's pages that are only looked at, in the console."""

    hands: Hands
    pages: Pages
    site: Site
    transfers: Transfers

    def routes(self) -> list[Route]:
        """Their addresses; none takes a form."""
        reads = ReadOnly(self.hands.reads)
        visitors = Lookers(self.hands.reads, self.site, self.hands.colleagues)
        showing = Showing(reads, visitors, self.pages)
        of_portal = HandsOfPortal(reads, visitors, showing, Nobody(), self.site, self.transfers)
        found = [route for page in LOOKED_AT for route in page(of_portal).routes()]
        return [route for route in found if route.methods is not None and "GET" in route.methods]
