"""Reads of payments."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.payments.tables import AttemptStatus
from billing.payments.views import list_attempts, show_attempt
from billing.receipts.queries import receipts_of_attempts
from database.pages import NEWEST_FIRST
from ingress.queries.filters import ByMoney, MoneyFilter
from schemas.names import GatewayName
from schemas.views.base import Page
from schemas.views.payments import PaymentView


class PaymentFilter(MoneyFilter):
    """A page of payments."""

    sort: ByMoney = NEWEST_FIRST
    invoice_id: UUID | None = None
    gateway: GatewayName | None = None
    status: AttemptStatus | None = None


def payments(session: Session, wanted: PaymentFilter) -> Page[PaymentView]:
    """`GET /v1/billing/payments/`"""
    page = list_attempts(
        session,
        wanted.paging,
        account_id=wanted.account_id,
        invoice_id=wanted.invoice_id,
        gateway=wanted.gateway,
        status=wanted.status,
        currency=wanted.currency,
        created=wanted.created,
        amount=wanted.amount,
    )
    return Page(data=_with_receipts(session, page.data), next_cursor=page.next_cursor)


def payment(session: Session, payment_id: UUID) -> PaymentView:
    """`GET /v1/billing/payments/{id}/`"""
    (shown,) = _with_receipts(session, [show_attempt(session, payment_id)])
    return shown


def _with_receipts(session: Session, payments: list[PaymentView]) -> list[PaymentView]:
    came = receipts_of_attempts(session, [each.id for each in payments])
    return [each.model_copy(update={"receipt_id": came.get(each.id)}) for each in payments]
