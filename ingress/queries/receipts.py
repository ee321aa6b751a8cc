"""Reads of receipts."""

from sqlalchemy.orm import Session

from billing.receipts.queries import list_receipts
from ingress.queries.filters import ReceiptFilter
from schemas.views.base import Page
from schemas.views.receipts import ReceiptView


def receipts(session: Session, wanted: ReceiptFilter) -> Page[ReceiptView]:
    """`GET /v1/billing/receipts/`"""
    return list_receipts(
        session,
        account_id=wanted.account_id,
        source=wanted.source,
        needs_a_look=wanted.needs_a_look,
        before=wanted.cursor,
        limit=wanted.limit,
    )
