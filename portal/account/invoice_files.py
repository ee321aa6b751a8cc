"""Invoices to take home: the same list as a table for spreadsheets, and all their papers in one file."""

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from functools import partial
from io import RawIOBase
from typing import Any
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from billing.accounts.queries import get_account
from billing.invoices.queries import find_pdf
from database.pages import PAGE_SIZE_MAX
from ingress.queries.invoices import InvoiceFilter, invoices
from portal.account.invoice_filters import ROOT, asked_in, following, wanted_of
from portal.csv_file import csv_answer
from portal.hands import Hands
from portal.visitors import Visitor
from schemas.currencies import exponent
from schemas.views.invoices import InvoiceView

PERMISSION = "invoices:read"
# a year of daily invoices; whoever has more narrows them by date
CSV_ROWS_MAX = 5_000
# each is read by itself when it is its turn, so that neither memory nor a worker is held by the others
ZIP_FILES_MAX = 500
HEADER = (
    "number", "status", "for", "issued", "due", "paid", "currency", "net", "tax", "total", "asked_for", "id",
)  # fmt: skip


class InvoiceFiles:
    """`/account/invoices.csv` and `/account/invoices.zip`, by the filters of the list."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._visitors = hands.visitors

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route(f"{ROOT}.csv", self.table, methods=["GET"]),
            Route(f"{ROOT}.zip", self.papers, methods=["GET"]),
        ]

    async def table(self, request: Request) -> Response:
        """Up to `CSV_ROWS_MAX` of them, days as the account has them. What is no filter leads back to the list."""
        visitor = await self._visitors.require(request, PERMISSION)
        try:
            wanted = wanted_of(asked_in(request), visitor.account_id)
        except ValidationError:
            return RedirectResponse(following(asked_in(request)), 303)
        zone = await self._reads.run(lambda session: _zone_of(session, visitor.account_id), visitor.principal.sight)
        rows = [row async for row in self._each(visitor, wanted, CSV_ROWS_MAX)]
        return csv_answer("invoices", HEADER, (_row(each, zone) for each in rows))

    async def papers(self, request: Request) -> Response:
        """Up to `ZIP_FILES_MAX` PDFs, written while they are sent; those that are not drawn yet are left out."""
        visitor = await self._visitors.require(request, PERMISSION)
        try:
            wanted = wanted_of(asked_in(request), visitor.account_id)
        except ValidationError:
            return RedirectResponse(following(asked_in(request)), 303)
        found = [each async for each in self._each(visitor, wanted, ZIP_FILES_MAX) if each.pdf]
        headers = {"content-disposition": 'attachment; filename="invoices.zip"'}
        return StreamingResponse(self._zipped(visitor, found), headers=headers, media_type="application/zip")

    async def _each(self, visitor: Visitor, wanted: InvoiceFilter, limit: int) -> AsyncIterator[InvoiceView]:
        """Page by page, in the order of the list."""
        cursor, left = None, limit
        while left > 0:
            page_of = wanted.model_copy(update={"cursor": cursor, "limit": min(PAGE_SIZE_MAX, left)})
            page = await self._reads.run(partial(invoices, wanted=page_of), visitor.principal.sight)
            for each in page.data:
                yield each
            if page.next_cursor is None:
                return
            left -= len(page.data)
            cursor = type(wanted).model_validate({"sort": wanted.sort, "cursor": page.next_cursor}).cursor

    async def _zipped(self, visitor: Visitor, found: list[InvoiceView]) -> AsyncIterator[bytes]:
        sink = _Sink()
        with ZipFile(sink, "w", ZIP_STORED) as archive:  # a PDF is compressed already
            for each in found:
                content = await self._reads.run(partial(find_pdf, invoice_id=each.id), visitor.principal.sight)
                if content is not None:
                    archive.writestr(f"{each.number or each.id}.pdf", content)
                for written in sink.taken():
                    yield written
        for written in sink.taken():
            yield written


class _Sink(RawIOBase):
    """Where an archive is written to, and taken away from at once: it cannot be gone back in."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, content: Any) -> int:
        """Keep it until it is taken."""
        self._written.append(bytes(content))
        return len(self._written[-1])

    def taken(self) -> Iterator[bytes]:
        """What was written since the last time."""
        written, self._written = self._written, []
        yield from written


def _zone_of(session: Session, account_id: UUID) -> ZoneInfo:
    return ZoneInfo(get_account(session, account_id).time_zone)


def _row(each: InvoiceView, zone: ZoneInfo) -> tuple[Any, ...]:
    days = (at.astimezone(zone).date() if at else "" for at in (each.issued_at, each.due_at, each.paid_at))
    amounts = (each.subtotal_minor, each.tax_minor, each.total_minor, each.due_minor)
    places = exponent(each.currency)
    money = (Decimal(minor).scaleb(-places) for minor in amounts)
    return (each.number or "", each.status, each.reason, *days, each.currency, *money, str(each.id))
