"""Payments as the API shows them: what was asked for, in which way, and what became of that."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, load_only

from billing.errors import Rejected
from billing.payments.tables import AttemptStatus, PaymentAttempt
from database.pages import FIRST_PAGE, Between, Paging, in_order, narrowed
from schemas.declines import explain_decline
from schemas.views.base import Page
from schemas.views.payments import PaymentView

ORDERS = {"created": PaymentAttempt.created_at, "amount": PaymentAttempt.amount_minor}
# not what the gateway was asked with, nor where it is paid: the door may not read these
_SHOWN = (
    PaymentAttempt.account_id, PaymentAttempt.invoice_id, PaymentAttempt.kind, PaymentAttempt.card_id,
    PaymentAttempt.gateway, PaymentAttempt.status, PaymentAttempt.amount_minor, PaymentAttempt.currency,
    PaymentAttempt.failure_code, PaymentAttempt.created_at, PaymentAttempt.captured_at,
)  # fmt: skip


def show_attempt(session: Session, attempt_id: UUID) -> PaymentView:
    """One payment, without its receipt; raises Rejected `payment_not_found`."""
    attempt = session.scalar(_shown().where(PaymentAttempt.id == attempt_id))
    if attempt is None:
        raise Rejected("payment_not_found", f"There is no payment {attempt_id}.", status=404)
    return view_attempt(attempt)


def list_attempts(
    session: Session,
    paging: Paging = FIRST_PAGE,
    *,
    account_id: UUID | None = None,
    invoice_id: UUID | None = None,
    gateway: str | None = None,
    status: AttemptStatus | None = None,
    currency: str | None = None,
    created: Between | None = None,
    amount: Between | None = None,
) -> Page[PaymentView]:
    """A page of payments without their receipts, ordered as `ORDERS` names it."""
    query = narrowed(
        _shown(),
        (PaymentAttempt.account_id, account_id),
        (PaymentAttempt.invoice_id, invoice_id),
        (PaymentAttempt.gateway, gateway),
        (PaymentAttempt.status, status),
        (PaymentAttempt.currency, currency),
        (PaymentAttempt.created_at, created),
        (PaymentAttempt.amount_minor, amount),
    )
    page, cursor = in_order(session, query, PaymentAttempt, paging, ORDERS)
    return Page(data=[view_attempt(attempt) for attempt in page], next_cursor=cursor)


def _shown() -> Select[PaymentAttempt]:
    return select(PaymentAttempt).options(load_only(*_SHOWN, raiseload=True))


def view_attempt(attempt: PaymentAttempt) -> PaymentView:
    """A payment as the API and its events show it, without its receipt."""
    is_failed = attempt.status is AttemptStatus.FAILED
    return PaymentView(
        id=attempt.id,
        account_id=attempt.account_id,
        invoice_id=attempt.invoice_id,
        kind=str(attempt.kind),
        gateway=attempt.gateway,
        card_id=attempt.card_id,
        status=str(attempt.status),
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        failure_code=attempt.failure_code,
        failure=explain_decline(attempt.failure_code) if is_failed else "",
        receipt_id=None,
        created_at=attempt.created_at,
        captured_at=attempt.captured_at,
    )
