"""Reads of payments that come past every gateway."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.manual_payments.queries import get_proof, list_claims
from billing.manual_payments.tables import ClaimStatus
from ingress.queries.filters import PageFilter
from schemas.views.base import Page
from schemas.views.manual_payments import PaymentClaimView


class ClaimFilter(PageFilter):
    """A page of claims."""

    account_id: UUID | None = None
    invoice_id: UUID | None = None
    status: ClaimStatus | None = None


ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def claims(session: Session, wanted: ClaimFilter) -> Page[PaymentClaimView]:
    """`GET /v1/billing/payment-claims/`"""
    return list_claims(
        session,
        account_id=wanted.account_id,
        invoice_id=wanted.invoice_id,
        status=wanted.status,
        before=wanted.cursor,
        limit=wanted.limit,
    )


def proof_file(session: Session, claim_id: UUID) -> Callable[[Request], Response]:
    """`GET /v1/billing/payment-claims/{id}/proof/`: a stranger's file, to be saved; no browser is to show it."""
    proof = get_proof(session, claim_id)
    headers = {
        "Content-Disposition": f'attachment; filename="proof-{claim_id}.{ENDINGS[proof.media_type]}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    content, media_type = proof.content, proof.media_type
    return lambda _request: Response(content, headers=headers, media_type=media_type)
