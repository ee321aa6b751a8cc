"""Reads of refunds and credit notes."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.credit_notes.queries import get_credit_note, get_note_pdf, list_credit_notes
from billing.refunds.queries import list_refunds
from billing.refunds.tables import RefundStatus
from ingress.queries.filters import PageFilter
from ingress.queries.invoices import pdf_answer
from schemas.views.base import Page
from schemas.views.refunds import CreditNoteView, RefundView


class RefundFilter(PageFilter):
    """A page of refunds."""

    account_id: UUID | None = None
    payment_id: UUID | None = None
    status: RefundStatus | None = None


class CreditNoteFilter(PageFilter):
    """A page of credit notes."""

    account_id: UUID | None = None
    invoice_id: UUID | None = None
    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None


def refunds(session: Session, wanted: RefundFilter) -> Page[RefundView]:
    """`GET /v1/billing/refunds/`"""
    return list_refunds(
        session,
        account_id=wanted.account_id,
        payment_id=wanted.payment_id,
        status=wanted.status,
        before=wanted.cursor,
        limit=wanted.limit,
    )


def credit_notes(session: Session, wanted: CreditNoteFilter) -> Page[CreditNoteView]:
    """`GET /v1/billing/credit-notes/`"""
    return list_credit_notes(
        session,
        account_id=wanted.account_id,
        invoice_id=wanted.invoice_id,
        number=wanted.number,
        before=wanted.cursor,
        limit=wanted.limit,
    )


def credit_note_pdf(session: Session, note_id: UUID) -> Callable[[Request], Response]:
    """`GET /v1/billing/credit-notes/{id}/pdf/`"""
    return pdf_answer(get_credit_note(session, note_id).number, get_note_pdf(session, note_id))
