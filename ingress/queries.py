"""Reads of the books, as the API answers them."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.accounts.queries import get_account, view_account
from billing.catalog.queries import list_packages, view_package
from billing.credits.queries import view_balance
from billing.invoices.queries import PAGE_SIZE_MAX, get_invoice, get_pdf, list_invoices, show_invoice
from billing.invoices.tables import InvoiceStatus
from ingress.identity import Identity
from ingress.operations import JSON
from ingress.reads import Reads
from ingress.validation import validated
from schemas.views import AccountView, BalanceView, InvoiceView, PackageView, Page, View

Shown = TypeVar("Shown", bound=View)


class InvoiceFilter(BaseModel):
    """Query parameters of the list of invoices. `cursor` is `next_cursor` of the page before."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID | None = None
    status: InvoiceStatus | None = None
    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None
    cursor: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_SIZE_MAX)] = 20


class BalanceFilter(BaseModel):
    """Query parameters of the balance."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID


class Queries:
    """One method per route."""

    def __init__(self, reads: Reads, identity: Identity) -> None:
        self._reads = reads
        self._identity = identity

    async def account(self, request: Request) -> Response:
        """`GET /v1/accounts/{id}/`"""
        await self._identity.require(request, "accounts:read")
        account_id = request.path_params["id"]

        def read(session: Session) -> AccountView:
            return view_account(get_account(session, account_id))

        return _json(await self._reads.run(read))

    async def invoices(self, request: Request) -> Response:
        """`GET /v1/billing/invoices/`"""
        await self._identity.require(request, "billing:read")
        wanted = validated(InvoiceFilter, dict(request.query_params))

        def read(session: Session) -> Page[InvoiceView]:
            return list_invoices(
                session,
                account_id=wanted.account_id,
                status=wanted.status,
                number=wanted.number,
                before=wanted.cursor,
                limit=wanted.limit,
            )

        return _json(await self._reads.run(read))

    async def invoice(self, request: Request) -> Response:
        """`GET /v1/billing/invoices/{id}/`"""
        await self._identity.require(request, "billing:read")
        invoice_id = request.path_params["id"]
        return _json(await self._reads.run(lambda session: show_invoice(session, invoice_id)))

    async def invoice_pdf(self, request: Request) -> Response:
        """`GET /v1/billing/invoices/{id}/pdf/`"""
        await self._identity.require(request, "billing:read")
        invoice_id = request.path_params["id"]

        def read(session: Session) -> tuple[str, bytes]:
            return get_invoice(session, invoice_id).number or "draft", get_pdf(session, invoice_id)

        number, content = await self._reads.run(read)
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        headers = {"ETag": etag, "Content-Disposition": f'inline; filename="{number}.pdf"'}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type="application/pdf")

    async def balance(self, request: Request) -> Response:
        """`GET /v1/billing/credits/balance/`"""
        await self._identity.require(request, "credits:read")
        account_id = validated(BalanceFilter, dict(request.query_params)).account_id

        def read(session: Session) -> BalanceView:
            get_account(session, account_id)
            return view_balance(session, account_id, datetime.now(UTC))

        return _json(await self._reads.run(read))

    async def packages(self, request: Request) -> Response:
        """`GET /v1/billing/credits/packages/`"""
        await self._identity.require(request, "credits:read")

        def read(session: Session) -> Page[PackageView]:
            return Page(data=[view_package(package) for package in list_packages(session)], next_cursor=None)

        return _json(await self._reads.run(read))


def _json(shown: View) -> Response:
    return Response(shown.model_dump_json(), media_type=JSON)
