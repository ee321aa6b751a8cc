"""One invoice: what it is made of, how it is paid, and its PDF; to pay it on a page or by transfer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billing.accounts.queries import get_account
from billing.credit_notes.queries import get_credit_note
from billing.invoices.queries import get_invoice, show_invoice
from billing.overview.queries import OwedInvoice, find_owed, owed_invoices
from ingress.queries.invoices import invoice_pdf
from ingress.queries.refunds import credit_note_pdf
from portal.account.invoice_story import read_story
from portal.forms import read_form
from portal.hands import Hands
from portal.once import read_once, with_key
from portal.shell import TO_PAY, Shell
from portal.showing import Content
from portal.staging import FormErrors, command_of
from portal.visitors import Visitor
from portal.ways import Ways, ways_for
from schemas.commands.base import Command
from schemas.commands.manual_payments import StartManualPayment
from schemas.commands.payments import PayInvoice

PERMISSION = "invoices:read"
NO_ERRORS: Mapping[str, str] = {}
GONE = "It cannot be paid in this way any more. Choose another one."
NO_WAYS = Ways((), (), is_decided=True)


class InvoicePage:
    """`/account/invoices/{id}`, its PDF, the two ways to pay it, and `/account/pay`, which leads to what is owed."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._showing = hands.showing
        self._visitors = hands.visitors
        self._staging = hands.staging
        self._origin = hands.site.origin
        self._transfers = hands.transfers

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/account/pay", self.lead, methods=["GET"]),
            Route("/account/invoices/{id:uuid}", with_key(self.show), methods=["GET"]),
            Route("/account/invoices/{id:uuid}/pdf", self.pdf, methods=["GET"]),
            Route("/account/credit-notes/{id:uuid}/pdf", self.credit_note_pdf, methods=["GET"]),
            Route("/account/invoices/{id:uuid}/pay", self.pay, methods=["POST"]),
            Route("/account/invoices/{id:uuid}/transfer", self.transfer, methods=["POST"]),
        ]

    async def lead(self, request: Request) -> Response:
        """To the invoice that is to be paid first; to the list where none is."""
        visitor = await self._visitors.require(request, PERMISSION)
        owed = await self._reads.run(
            lambda session: owed_invoices(session, visitor.account_id), visitor.principal.sight
        )
        return RedirectResponse(f"/account/invoices/{owed[0].id}" if owed else "/account/invoices", 303)

    async def show(self, request: Request) -> Response:
        """One of the account's own; others' do not exist."""
        return await self._shown(request, NO_ERRORS)

    async def pay(self, request: Request) -> Response:
        """Stage that a page is opened on which the customer pays it, and comes back from to here."""
        here = f"{self._origin}/account/invoices/{request.path_params['id']}"
        return await self._said(
            request, PayInvoice, ("gateway",), {"success_url": f"{here}?paid=1", "cancel_url": here}
        )

    async def transfer(self, request: Request) -> Response:
        """Stage that it is paid past every gateway."""
        return await self._said(request, StartManualPayment, ("method",), {})

    async def pdf(self, request: Request) -> Response:
        """The document, to be kept."""
        visitor = await self._visitors.require(request, PERMISSION)
        invoice_id: UUID = request.path_params["id"]

        def read(session: Session) -> tuple[str, Response]:
            number = get_invoice(session, invoice_id).number or "draft"
            return number, invoice_pdf(session, invoice_id)(request)

        return _to_keep(*await self._reads.run(read, visitor.principal.sight))

    async def credit_note_pdf(self, request: Request) -> Response:
        """The same of what takes a part of an invoice back."""
        visitor = await self._visitors.require(request, PERMISSION)
        note_id: UUID = request.path_params["id"]

        def read(session: Session) -> tuple[str, Response]:
            return get_credit_note(session, note_id).number, credit_note_pdf(session, note_id)(request)

        return _to_keep(*await self._reads.run(read, visitor.principal.sight))

    async def _said(
        self, request: Request, command_class: type[Command], asked: tuple[str, ...], given: Mapping[str, str]
    ) -> Response:
        visitor = await self._visitors.require(request, command_class.permission)
        fields = await read_form(request)
        chosen = {name: fields.get(name, "") for name in asked}
        try:
            command = command_of(command_class, {**chosen, **given, "invoice_id": str(request.path_params["id"])})
        except FormErrors as errors:
            return await self._shown(request, errors.by_field)
        (way,) = chosen
        if await self._is_gone(request, visitor, way, chosen[way]):
            answer = await self._shown(request, {way: GONE})
            answer.status_code = HTTPStatus.CONFLICT
            return answer
        return await self._staging.say(visitor, command, fields)

    async def _is_gone(self, request: Request, visitor: Visitor, way: str, chosen: str) -> bool:
        """Whether what the page has shown is not offered any more. Whoever carries it out asks again."""
        invoice_id: UUID = request.path_params["id"]

        def read(session: Session) -> bool:
            owed = find_owed(session, invoice_id)
            if owed is None or owed.is_of_gateway or read_once(session, request, visitor.principal).sent:
                return False
            ways = ways_for(session, get_account(session, visitor.account_id).country, owed.currency)
            offered = ways.on_page if way == "gateway" else ways.by_hand
            return ways.is_decided and chosen not in {each.method for each in offered}

        return await self._reads.run(read, visitor.principal.sight)

    async def _shown(self, request: Request, errors: Mapping[str, str]) -> Response:
        invoice_id: UUID = request.path_params["id"]

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            shown = show_invoice(session, invoice_id)
            return {
                "invoice": shown,
                "errors": errors,
                **read_story(session, visitor, shell.country, shown),
                "has_come_back": "paid" in request.query_params,
                **self._to_pay(session, visitor, shell, find_owed(session, invoice_id)),
            }

        return await self._showing.page(request, PERMISSION, "account/invoice.html", read)

    def _to_pay(self, session: Session, visitor: Visitor, shell: Shell, owed: OwedInvoice | None) -> dict[str, Any]:
        """How it can be paid, where it is to be, and who looks may."""
        if owed is None:
            return {"owed": None, "how": None, "offers": NO_WAYS, "may_pay": False}
        how = None
        if owed.by_hand is not None:
            how = self._transfers.instructions(session, get_invoice(session, owed.id), owed.by_hand)
        ways = NO_WAYS if owed.is_of_gateway else ways_for(session, shell.country, owed.currency)
        return {"owed": owed, "how": how, "offers": ways, "may_pay": visitor.may(TO_PAY)}


def _to_keep(number: str, answer: Response) -> Response:
    """A browser puts it away under its number, rather than showing it."""
    answer.headers["content-disposition"] = f'attachment; filename="{number}.pdf"'
    return answer
