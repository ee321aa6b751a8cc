"""Reads of receipts."""

from typing import Literal

from sqlalchemy.orm import Session

from billing.receipts.queries import list_receipts
from billing.receipts.tables import ReceiptSource
from database.pages import NEWEST_FIRST, Between
from ingress.queries.filters import Moment, MoneyFilter
from schemas.names import GatewayName
from schemas.views.base import Page
from schemas.views.receipts import ReceiptView


class ReceiptFilter(MoneyFilter):
    """A page of receipts. `needs_a_look`: those that fit nothing that was open, and that nobody has looked at yet."""

    sort: Literal["created", "-created", "received", "-received", "amount", "-amount"] = NEWEST_FIRST
    source: ReceiptSource | None = None
    gateway: GatewayName | None = None
    received_from: Moment | None = None
    received_until: Moment | None = None
    needs_a_look: bool = False


def receipts(session: Session, wanted: ReceiptFilter) -> Page[ReceiptView]:
    """`GET /v1/billing/receipts/`"""
    return list_receipts(
        session,
        wanted.paging,
        account_id=wanted.account_id,
        source=wanted.source,
        gateway=wanted.gateway,
        currency=wanted.currency,
        created=wanted.created,
        received=Between(wanted.received_from, wanted.received_until),
        amount=wanted.amount,
        needs_a_look=wanted.needs_a_look,
    )
