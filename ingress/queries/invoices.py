"""Reads of invoices."""

import hashlib
from collections.abc import Callable
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.invoices.queries import get_invoice, get_pdf, list_invoices
from billing.invoices.tables import InvoiceStatus
from database.pages import NEWEST_FIRST, Between
from ingress.queries.filters import Moment, MoneyFilter, Number
from schemas.views.base import Page
from schemas.views.invoices import InvoiceView


class InvoiceFilter(MoneyFilter):
    """A page of invoices. A list by due date, day of issue or number is one of those that have one: of no drafts."""

    sort: Literal[
        "created", "-created", "issued", "-issued", "due", "-due", "amount", "-amount", "number", "-number"
    ] = NEWEST_FIRST
    status: InvoiceStatus | None = None
    number: Number | None = None
    subscription_id: UUID | None = None
    issued_from: Moment | None = None
    issued_until: Moment | None = None
    due_from: Moment | None = None
    due_until: Moment | None = None


def invoices(session: Session, wanted: InvoiceFilter) -> Page[InvoiceView]:
    """`GET /v1/billing/invoices/`"""
    return list_invoices(
        session,
        wanted.paging,
        account_id=wanted.account_id,
        status=wanted.status,
        number=wanted.number,
        subscription_id=wanted.subscription_id,
        currency=wanted.currency,
        created=wanted.created,
        issued=Between(wanted.issued_from, wanted.issued_until),
        due=Between(wanted.due_from, wanted.due_until),
        amount=wanted.amount,
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
