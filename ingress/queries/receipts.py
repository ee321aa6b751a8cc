"""Reads of receipts."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.receipts.queries import list_receipts
from billing.receipts.tables import ReceiptSource
from ingress.queries.filters import PageFilter
from schemas.views.base import Page
from schemas.views.receipts import ReceiptView


class ReceiptFilter(PageFilter):
    """A page of receipts. `needs_a_look`: those that fit nothing that was open, and that nobody has looked at yet."""

    account_id: UUID | None = None
    source: ReceiptSource | None = None
    needs_a_look: bool = False


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
