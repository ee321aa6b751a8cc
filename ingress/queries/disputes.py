"""Reads of disputes."""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.disputes.queries import get_dispute, get_evidence, list_disputes
from billing.disputes.tables import DisputeStatus
from database.pages import NEWEST_FIRST, Between
from ingress.queries.filters import Moment, MoneyFilter
from ingress.queries.invoices import pdf_answer
from schemas.views.base import Page
from schemas.views.disputes import DisputeView


class DisputeFilter(MoneyFilter):
    """A page of disputes; `opened_*` is when the customer's bank began one. By `due` are those that can be answered."""

    sort: Literal["created", "-created", "opened", "-opened", "due", "-due", "amount", "-amount"] = NEWEST_FIRST
    payment_id: UUID | None = None
    status: DisputeStatus | None = None
    opened_from: Moment | None = None
    opened_until: Moment | None = None


def disputes(session: Session, wanted: DisputeFilter) -> Page[DisputeView]:
    """`GET /v1/billing/disputes/`"""
    return list_disputes(
        session,
        wanted.paging,
        account_id=wanted.account_id,
        payment_id=wanted.payment_id,
        status=wanted.status,
        currency=wanted.currency,
        created=wanted.created,
        opened=Between(wanted.opened_from, wanted.opened_until),
        amount=wanted.amount,
    )


def evidence_pdf(session: Session, dispute_id: UUID) -> Callable[[Request], Response]:
    """`GET /v1/billing/disputes/{id}/evidence.pdf`"""
    content = get_evidence(session, dispute_id)
    return pdf_answer(f"evidence-{get_dispute(session, dispute_id).dispute_ref}", content)
