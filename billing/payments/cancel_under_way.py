"""Cancel what is under way for an invoice: a charge, or a page that is open."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.payments.queries import CANCEL, live_attempt
from billing.payments.states import move
from billing.payments.tables import LIVE_ATTEMPTS, AttemptKind, AttemptStatus, PaymentAttempt
from database.outbox import stage


def cancel_under_way(session: Session, invoice_id: UUID) -> bool:
    """Whether nothing is under way for an invoice (any more), so that another attempt may begin or the invoice be void.

    A charge that was not sent yet is dropped at once. Anything else is canceled at its gateway after the commit; false
    until what that told is recorded, as any outcome is: it may be that the money came. Ask again then. Waits for
    nobody. The caller holds the invoice's row lock.
    """
    attempt = live_attempt(session, invoice_id)
    return attempt is None or cancel_attempt(session, attempt.id)


def close_page(session: Session, invoice_id: UUID) -> bool:
    """The same, but a charge that is under way is left alone: it will be answered soon."""
    attempt = live_attempt(session, invoice_id)
    return attempt is None or (attempt.kind is AttemptKind.PAGE and cancel_attempt(session, attempt.id))


def cancel_attempt(session: Session, attempt_id: UUID) -> bool:
    """The same for one attempt."""
    if drop_unsent(session, attempt_id):
        return True
    stage(session, "cancel_payment", attempt_id, f"{CANCEL}{attempt_id}")
    return False


def drop_unsent(session: Session, attempt_id: UUID) -> bool:
    """Whether an attempt is over, or a charge that was not sent yet and is dropped now."""
    attempt = _lock(session, attempt_id)
    if attempt is None or attempt.status not in LIVE_ATTEMPTS:
        return attempt is not None
    if attempt.kind is not AttemptKind.CHARGE or attempt.status is not AttemptStatus.CREATED:
        return False
    move(attempt, AttemptStatus.EXPIRED)
    # the database must have it before the invoice is given another attempt
    session.flush()
    return True


def _lock(session: Session, attempt_id: UUID) -> PaymentAttempt | None:
    """None while somebody else has it: who records an outcome holds the attempt and comes for the invoice next."""
    locked = select(PaymentAttempt).where(PaymentAttempt.id == attempt_id).with_for_update(skip_locked=True)
    return session.scalar(locked.execution_options(populate_existing=True))
