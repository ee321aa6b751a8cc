"""Reads of refunds."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.refunds.tables import Refund, RefundStatus
from database.pages import FIRST_PAGE, Between, Paging, in_order, narrowed
from schemas.views.base import Page
from schemas.views.refunds import RefundView

ORDERS = {"created": Refund.created_at, "amount": Refund.amount_minor}


def show_refund(session: Session, refund_id: UUID) -> RefundView:
    """One refund as the API shows it; raises Rejected `refund_not_found`."""
    refund = session.get(Refund, refund_id)
    if refund is None:
        raise Rejected("refund_not_found", f"There is no refund {refund_id}.", status=404)
    return view_refund(refund)


def list_refunds(
    session: Session,
    paging: Paging = FIRST_PAGE,
    *,
    account_id: UUID | None = None,
    payment_id: UUID | None = None,
    status: RefundStatus | None = None,
    currency: str | None = None,
    created: Between | None = None,
    amount: Between | None = None,
) -> Page[RefundView]:
    """A page of refunds, ordered as `ORDERS` names it."""
    query = narrowed(
        select(Refund),
        (Refund.account_id, account_id),
        (Refund.receipt_id, payment_id),
        (Refund.status, status),
        (Refund.currency, currency),
        (Refund.created_at, created),
        (Refund.amount_minor, amount),
    )
    page, cursor = in_order(session, query, Refund, paging, ORDERS)
    return Page(data=[view_refund(refund) for refund in page], next_cursor=cursor)


def view_refund(refund: Refund) -> RefundView:
    """A refund as the API shows it."""
    return RefundView(
        id=refund.id,
        account_id=refund.account_id,
        payment_id=refund.receipt_id,
        gateway=refund.gateway,
        reference=refund.refund_ref,
        status=str(refund.status),
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        kept_minor=refund.kept_minor,
        unexplained_minor=refund.unexplained_minor,
        reason=str(refund.reason),
        note=refund.note,
        used_credits=str(refund.used_credits),
        requested_by=refund.requested_by,
        paid_out_by=refund.paid_out_by,
        paid_out_on=refund.paid_out_on,
        failure_code=refund.failure_code,
        created_at=refund.created_at,
    )
