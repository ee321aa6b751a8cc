"""Credits: what is left and until when, where it came from and went, and what is bought or warned of by itself."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.catalog.queries import list_packages, view_package
from billing.credits.queries import list_unspent, view_balance, view_watch
from billing.credits.tables import CreditMovement
from billing.invoices.queries import list_invoices
from billing.top_ups.queries import view_top_up
from database.pages import Paging
from ingress.queries.credits import TransactionFilter, transactions
from portal.forms import errors_by_field, read_form, whole
from portal.hands import Hands
from portal.once import with_key
from portal.shell import Shell
from portal.showing import Content
from portal.staging import FormErrors, command_of
from portal.visitors import Visitor
from schemas.commands.base import Command
from schemas.commands.credits import EndAutoTopUp, SetAutoTopUp, SetBalanceWatch
from schemas.views.invoices import InvoiceView

PERMISSION = "credits:read"
TO_BUY = "payments:write"
PATH = "/account/credits"
GRANTS_MAX = 50
# among so many of the newest the last purchase is looked for
INVOICES_LOOKED_AT = 20
BOUGHT = ("purchase", "top_up")
# what a visitor may ask for; whose movements they are is not theirs to say
ASKED = ("movement", "created_from", "created_until", "cursor")
NOTHING: Mapping[str, str] = {}


class CreditsPage:
    """`/account/credits`, and what is set below it."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing
        self._visitors = hands.visitors
        self._staging = hands.staging

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route(PATH, with_key(self.show), methods=["GET"]),
            Route(f"{PATH}/top-up", self.set_top_up, methods=["POST"]),
            Route(f"{PATH}/top-up/end", self.end_top_up, methods=["POST"]),
            Route(f"{PATH}/warning", self.set_warning, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """What is left, of what, and what happened to it; a filter that cannot be used is told beside its field."""
        return await self._shown(request, NOTHING, NOTHING)

    async def set_top_up(self, request: Request) -> Response:
        """Stage that a package is bought whenever few are left."""
        fields = await read_form(request)
        wanted: dict[str, Any] = {"package": fields.get("package", "")}
        wanted |= {name: whole(fields.get(name, "")) for name in ("top_up_below", "monthly_max")}
        return await self._said(request, SetAutoTopUp, wanted, fields)

    async def end_top_up(self, request: Request) -> Response:
        """Stage that nothing is bought by itself any more."""
        return await self._said(request, EndAutoTopUp, {}, await read_form(request))

    async def set_warning(self, request: Request) -> Response:
        """Stage a warning by mail when few are left; an empty field ends it."""
        fields = await read_form(request)
        typed = fields.get("warn_below", "").strip()
        return await self._said(request, SetBalanceWatch, {"warn_below": whole(typed) if typed else None}, fields)

    async def _said(
        self, request: Request, command_class: type[Command], wanted: Mapping[str, Any], fields: Mapping[str, str]
    ) -> Response:
        visitor = await self._visitors.require(request, command_class.permission)
        try:
            command = command_of(command_class, {**wanted, "account_id": visitor.account_id})
        except FormErrors as errors:
            return await self._shown(request, errors.by_field, fields)
        return await self._staging.say(visitor, command, fields)

    async def _shown(self, request: Request, errors: Mapping[str, str], typed: Mapping[str, str]) -> Response:
        visitor = await self._visitors.require(request, PERMISSION)
        asked = {name: request.query_params[name] for name in ASKED if request.query_params.get(name)}
        try:
            wanted = TransactionFilter.model_validate({**asked, "account_id": visitor.account_id})
        except ValidationError as error:
            errors = {**errors, **errors_by_field(error)}
            wanted = TransactionFilter(account_id=visitor.account_id)

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            page = transactions(session, wanted)
            filters = {name: value for name, value in asked.items() if name != "cursor"}
            listing = {"page": page, "asked": asked, "following": f"{PATH}?{urlencode(filters)}"}
            told = {"errors": errors, "typed": typed, "movements": [str(each) for each in CreditMovement]}
            has_come_back = "bought" in request.query_params
            bought = _last_purchase(session, visitor) if has_come_back else None
            return {
                **_read(session, visitor, shell),
                **listing,
                **told,
                "has_come_back": has_come_back,
                "bought": bought,
            }

        return await self._showing.page_of(visitor, request, "account/credits.html", read)


def _read(session: Session, visitor: Visitor, shell: Shell) -> dict[str, Any]:
    account_id = visitor.account_id
    top_up = view_top_up(session, account_id)
    return {
        "balance": view_balance(session, account_id, shell.now),
        "grants": list_unspent(session, account_id, shell.now, GRANTS_MAX),
        "top_up": top_up,
        "watch": view_watch(session, account_id),
        "packages": [view_package(package) for package in list_packages(session)],
        "may_buy": visitor.may(TO_BUY),
        "may_set": visitor.may(SetAutoTopUp.permission),
    }


def _last_purchase(session: Session, visitor: Visitor) -> InvoiceView | None:
    """The invoice of what was bought last, where they may see it."""
    if not visitor.may("invoices:read"):
        return None
    newest = list_invoices(session, Paging(limit=INVOICES_LOOKED_AT), account_id=visitor.account_id).data
    return next((invoice for invoice in newest if invoice.reason in BOUGHT), None)
