"""Invoices: a list with filters in its address."""

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing.invoices.tables import InvoiceStatus
from ingress.queries.invoices import invoices
from portal.account.invoice_files import CSV_ROWS_MAX, ZIP_FILES_MAX
from portal.account.invoice_filters import ROOT, asked_in, following, wanted_of
from portal.forms import errors_by_field
from portal.hands import Hands
from portal.shell import Shell
from portal.showing import Content
from portal.visitors import Visitor

PERMISSION = "invoices:read"
SORTS = {
    "-created": "newest first", "created": "oldest first", "-amount": "largest first", "amount": "smallest first",
    "-due": "latest due first", "due": "first due first",
}  # fmt: skip


class InvoicesPage:
    """`/account/invoices`."""

    def __init__(self, hands: Hands) -> None:
        self._showing = hands.showing
        self._visitors = hands.visitors

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [Route(ROOT, self.index, methods=["GET"])]

    async def index(self, request: Request) -> Response:
        """A page of them. A filter that cannot be used is told beside its field, and nothing is listed."""
        asked = asked_in(request)
        visitor = await self._visitors.require(request, PERMISSION)
        try:
            wanted = wanted_of(asked, visitor.account_id)
        except ValidationError as error:
            content = _listing(asked, errors_by_field(error), None)
            return await self._showing.page_of(visitor, request, "account/invoices.html", lambda *_: content)

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            return _listing(asked, {}, invoices(session, wanted))

        return await self._showing.page_of(visitor, request, "account/invoices.html", read)


def _listing(asked: dict[str, str], errors: dict[str, str], page: object) -> Content:
    return {
        "page": page,
        "asked": asked,
        "errors": errors,
        "sorts": SORTS,
        "statuses": [str(status) for status in InvoiceStatus],
        "is_filtered": any(name not in ("sort", "cursor") for name in asked),
        "following": following(asked),
        "as_table": following(asked, ".csv"),
        "as_papers": following(asked, ".zip"),
        "rows_max": CSV_ROWS_MAX,
        "papers_max": ZIP_FILES_MAX,
    }
