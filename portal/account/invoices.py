"""Invoices: a list with filters in its address, one of them, and its PDF."""

from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.invoices.queries import get_invoice, show_invoice
from billing.invoices.tables import InvoiceStatus
from ingress.queries.invoices import InvoiceFilter, invoice_pdf, invoices
from portal.forms import errors_by_field
from portal.hands import Hands
from portal.shell import Shell
from portal.showing import Content
from portal.visitors import Visitor

PERMISSION = "invoices:read"
# what a visitor may ask for; whose invoices they are is not theirs to say
ASKED = ("number", "status", "created_from", "created_until", "sort", "cursor")
SORTS = {
    "-created": "newest first", "created": "oldest first", "-amount": "largest first", "amount": "smallest first",
    "-due": "latest due first", "due": "first due first",
}  # fmt: skip


class InvoicesPage:
    """`/account/invoices`, one below it, and its PDF."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._showing = hands.showing
        self._visitors = hands.visitors

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/account/invoices", self.index, methods=["GET"]),
            Route("/account/invoices/{id:uuid}", self.show, methods=["GET"]),
            Route("/account/invoices/{id:uuid}/pdf", self.pdf, methods=["GET"]),
        ]

    async def index(self, request: Request) -> Response:
        """A page of them. A filter that cannot be used is told beside its field, and nothing is listed."""
        asked = {name: request.query_params[name] for name in ASKED if request.query_params.get(name)}
        visitor = await self._visitors.require(request, PERMISSION)
        try:
            wanted = InvoiceFilter.model_validate({**asked, "account_id": visitor.account_id})
        except ValidationError as error:
            content = _listing(asked, errors_by_field(error), None)
            return await self._showing.page_of(
                visitor, request, "account/invoices.html", lambda *_: content, HTTPStatus.UNPROCESSABLE_ENTITY
            )

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            return _listing(asked, {}, invoices(session, wanted))

        return await self._showing.page_of(visitor, request, "account/invoices.html", read)

    async def show(self, request: Request) -> Response:
        """One of the account's own; others' do not exist."""
        invoice_id: UUID = request.path_params["id"]
        return await self._showing.page(
            request,
            PERMISSION,
            "account/invoice.html",
            lambda session, *_: {"invoice": show_invoice(session, invoice_id)},
        )

    async def pdf(self, request: Request) -> Response:
        """The document, to be kept."""
        visitor = await self._visitors.require(request, PERMISSION)
        invoice_id: UUID = request.path_params["id"]

        def read(session: Session) -> tuple[str, Response]:
            number = get_invoice(session, invoice_id).number or "draft"
            return number, invoice_pdf(session, invoice_id)(request)

        number, answer = await self._reads.run(read, visitor.principal.sight)
        answer.headers["content-disposition"] = f'attachment; filename="{number}.pdf"'
        return answer


def _listing(asked: dict[str, str], errors: dict[str, str], page: object) -> Content:
    filters = {name: value for name, value in asked.items() if name != "cursor"}
    return {
        "page": page,
        "asked": asked,
        "errors": errors,
        "sorts": SORTS,
        "statuses": [str(status) for status in InvoiceStatus],
        "is_filtered": any(name != "sort" for name in filters),
        "following": f"/account/invoices?{urlencode(filters)}",
    }
