"""Reads of refunds and credit notes."""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.credit_notes.queries import get_credit_note, get_note_pdf, list_credit_notes
from billing.refunds.queries import list_refunds
from billing.refunds.tables import RefundStatus
from database.pages import NEWEST_FIRST, Between
from ingress.queries.filters import ByMoney, Moment, MoneyFilter, Number
from ingress.queries.invoices import pdf_answer
from schemas.views.base import Page
from schemas.views.refunds import CreditNoteView, RefundView


class RefundFilter(MoneyFilter):
    """A page of refunds."""

    sort: ByMoney = NEWEST_FIRST
    payment_id: UUID | None = None
    status: RefundStatus | None = None


class CreditNoteFilter(MoneyFilter):
    """A page of credit notes."""

    sort: Literal[
        "created", "-created", "issued", "-issued", "amount", "-amount", "number", "-number"
    ] = NEWEST_FIRST  # fmt: skip
    invoice_id: UUID | None = None
    number: Number | None = None
    issued_from: Moment | None = None
    issued_until: Moment | None = None


def refunds(session: Session, wanted: RefundFilter) -> Page[RefundView]:
    """`GET /v1/billing/refunds/`"""
    return list_refunds(
        session,
        wanted.paging,
        account_id=wanted.account_id,
        payment_id=wanted.payment_id,
        status=wanted.status,
        currency=wanted.currency,
        created=wanted.created,
        amount=wanted.amount,
    )


def credit_notes(session: Session, wanted: CreditNoteFilter) -> Page[CreditNoteView]:
    """`GET /v1/billing/credit-notes/`"""
    return list_credit_notes(
        session,
        wanted.paging,
        account_id=wanted.account_id,
        invoice_id=wanted.invoice_id,
        number=wanted.number,
        currency=wanted.currency,
        created=wanted.created,
        issued=Between(wanted.issued_from, wanted.issued_until),
        amount=wanted.amount,
    )


def credit_note_pdf(session: Session, note_id: UUID) -> Callable[[Request], Response]:
    """`GET /v1/billing/credit-notes/{id}/pdf/`"""
    return pdf_answer(get_credit_note(session, note_id).number, get_note_pdf(session, note_id))
