"""Reads of payments that come past every gateway."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.invoices.tables import InvoiceStatus
from billing.manual_payments.queries import get_proof, list_claims, list_manual_payments
from billing.manual_payments.tables import ClaimStatus
from billing.payment_methods.tables import ManualMethod
from database.pages import NEWEST_FIRST
from ingress.queries.filters import ByMoney, MoneyFilter, OfTime, PageFilter
from schemas.views.base import Page
from schemas.views.manual_payments import ManualPaymentView, PaymentClaimView


class ManualPaymentFilter(PageFilter, OfTime):
    """A page of the invoices that are paid by hand; `status` is that of the invoice."""

    account_id: UUID | None = None
    status: InvoiceStatus | None = None
    method: ManualMethod | None = None


class ClaimFilter(MoneyFilter):
    """A page of claims."""

    sort: ByMoney = NEWEST_FIRST
    invoice_id: UUID | None = None
    status: ClaimStatus | None = None


ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def manual_payments(session: Session, wanted: ManualPaymentFilter) -> Page[ManualPaymentView]:
    """`GET /v1/billing/manual-payments/`"""
    return list_manual_payments(
        session,
        wanted.paging,
        account_id=wanted.account_id,
        status=wanted.status,
        method=wanted.method,
        created=wanted.created,
    )


def claims(session: Session, wanted: ClaimFilter) -> Page[PaymentClaimView]:
    """`GET /v1/billing/payment-claims/`"""
    return list_claims(
        session,
        wanted.paging,
        account_id=wanted.account_id,
        invoice_id=wanted.invoice_id,
        status=wanted.status,
        currency=wanted.currency,
        created=wanted.created,
        amount=wanted.amount,
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
