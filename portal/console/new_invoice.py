"""An invoice by hand: typed line by line, looked at with its totals, then issued. It works without a script.

Every button sends the whole form, and the page that answers has all of it as it was typed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.manual_payments.preview_bill import preview_bill
from ingress.queries.admin_accounts import account_file
from ingress.queries.catalog import packages, services
from portal.console.bill_form import LINES_MAX, METHODS, OF_LINE, SENDS, TypedBill, bill_in, redrawn, typed_in
from portal.console.colleagues import Colleague
from portal.console.hands import Hands
from portal.console.showing import Content, Look
from portal.formatting import money
from portal.forms import read_form, whole
from portal.once import with_key
from portal.pages import ENGLISH
from portal.staging import FormErrors
from schemas.commands.invoices import CreateInvoice
from schemas.views.catalog import PackageView, ServiceView

PATH = "/admin/invoices/new"
# whoever bills sees whom
NEEDS = (CreateInvoice.permission, "accounts:search", "plans:read")
NO_ERRORS: Mapping[str, str] = {}
FIRST = {"currency": "USD", "due_days": "14", "send": "yes"}
# beside which field it is told; all others beside the first line
PLACES = {"account_not_found": "account_id", "method_not_offered": "method", "currency_differs": "currency"}


class NewInvoicePage:
    """`/admin/invoices/new`: `GET` the form, `POST` any button of it."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues
        self._staging = hands.staging

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route(PATH, with_key(self.ask), methods=["GET"]), Route(PATH, self.press, methods=["POST"])]

    async def ask(self, request: Request) -> Response:
        """The empty form, for an account if the address names one."""
        colleague = await self._colleagues.require(request, *NEEDS)
        typed = typed_in({**FIRST, "account_id": request.query_params.get("account_id", "")})
        return await self._form(colleague, request, typed, NO_ERRORS)

    async def press(self, request: Request) -> Response:
        """A line more or less, the totals, or the invoice itself."""
        colleague = await self._colleagues.require(request, *NEEDS)
        sent = await read_form(request)
        typed, button = typed_in(sent), sent.get("do", "")
        try:
            if button == "issue":
                command = bill_in(typed, whole(sent.get("total_minor", "")))
                return await self._staging.say(colleague, command, sent)
            if button == "review":
                return await self._review(colleague, request, typed)
        except FormErrors as errors:
            return await self._form(colleague, request, typed, errors.by_field)
        return await self._form(colleague, request, redrawn(typed, button), NO_ERRORS)

    async def _form(
        self, colleague: Colleague, request: Request, typed: TypedBill, errors: Mapping[str, str]
    ) -> Response:
        def read(look: Look) -> Content:
            around = {"methods": METHODS, "sends": SENDS, "lines_max": LINES_MAX, "sold": _sold(look)}
            return {"typed": typed, **around, "errors": errors}

        return await self._showing.page_of(colleague, request, "console/new_invoice.html", read)

    async def _review(self, colleague: Colleague, request: Request, typed: TypedBill) -> Response:
        command = bill_in(typed)

        def read(look: Look) -> Content:
            account_id = command.account_id
            account = look.at(
                NEEDS[1], lambda session: account_file(session, account_id), {"account_id": account_id}
            )  # fmt: skip
            now = now_of(look.session, account_id, Wall(datetime.now(UTC)))
            shown = preview_bill(look.session, command, now)
            return {"typed": typed, "of_line": OF_LINE, "account": account, "it": shown, "command": command}

        try:
            return await self._showing.page_of(colleague, request, "console/new_invoice_review.html", read)
        except Rejected as refusal:
            raise FormErrors({PLACES.get(refusal.code, "description-0"): refusal.detail}) from None


def _sold(look: Look) -> Mapping[str, str]:
    """What a line can be of, as people call it, with its prices."""
    sold = {"": "its own price"}
    for package in packages(look.session).data:
        sold[f"package:{package.slug}"] = f"{package.name}, {_price(package)}"
    for service in services(look.session).data:
        named = f"service:{service.slug}"
        sold[named] = f"{sold.get(named, service.name)}, {_price(service)}"
    return sold


def _price(each: PackageView | ServiceView) -> str:
    return money(each.price_minor, each.currency, ENGLISH)
