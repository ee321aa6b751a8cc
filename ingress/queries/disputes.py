"""Reads of disputes."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.disputes.queries import get_dispute, get_evidence, list_disputes
from billing.disputes.tables import DisputeStatus
from ingress.queries.filters import PageFilter
from ingress.queries.invoices import pdf_answer
from schemas.views.base import Page
from schemas.views.disputes import DisputeView


class DisputeFilter(PageFilter):
    """A page of disputes."""

    account_id: UUID | None = None
    payment_id: UUID | None = None
    status: DisputeStatus | None = None


def disputes(session: Session, wanted: DisputeFilter) -> Page[DisputeView]:
    """`GET /v1/admin/disputes/`"""
    return list_disputes(
        session,
        account_id=wanted.account_id,
        payment_id=wanted.payment_id,
        status=wanted.status,
        before=wanted.cursor,
        limit=wanted.limit,
    )


def evidence_pdf(session: Session, dispute_id: UUID) -> Callable[[Request], Response]:
    """`GET /v1/admin/disputes/{id}/evidence.pdf`"""
    content = get_evidence(session, dispute_id)
    return pdf_answer(f"evidence-{get_dispute(session, dispute_id).dispute_ref}", content)
