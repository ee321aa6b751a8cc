"""Reads of invoices."""

import hashlib
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.invoices.queries import get_invoice, get_pdf, list_invoices
from billing.invoices.tables import InvoiceStatus
from ingress.queries.filters import PageFilter
from schemas.views.base import Page
from schemas.views.invoices import InvoiceView


class InvoiceFilter(PageFilter):
    """A page of invoices."""

    account_id: UUID | None = None
    status: InvoiceStatus | None = None
    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None
    subscription_id: UUID | None = None


def invoices(session: Session, wanted: InvoiceFilter) -> Page[InvoiceView]:
    """`GET /v1/billing/invoices/`"""
    return list_invoices(
        session,
        account_id=wanted.account_id,
        status=wanted.status,
        number=wanted.number,
        subscription_id=wanted.subscription_id,
        before=wanted.cursor,
        limit=wanted.limit,
    )


def invoice_pdf(session: Session, invoice_id: UUID) -> Callable[[Request], Response]:
    """`GET /v1/billing/invoices/{id}/pdf/`: named after the number, or "not modified" for who has it already."""
    return pdf_answer(get_invoice(session, invoice_id).number or "draft", get_pdf(session, invoice_id))


def pdf_answer(name: str, content: bytes) -> Callable[[Request], Response]:
    """A document under its name, or "not modified"."""
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"ETag": etag, "Content-Disposition": f'inline; filename="{name}.pdf"'}

    def answer(request: Request) -> Response:
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type="application/pdf")

    return answer
