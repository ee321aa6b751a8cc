"""Drop an attempt that nothing came of and nothing will."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.payments.states import move
from billing.payments.tables import LIVE_ATTEMPTS, AttemptStatus, PaymentAttempt


def drop_attempt(session: Session, attempt_id: UUID) -> bool:
    """Close an attempt whose invoice is not to be paid by it any more; false when it has an outcome already.

    The caller knows that the gateway did not take the money and never will.
    """
    attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if attempt.status not in LIVE_ATTEMPTS:
        return False
    move(attempt, AttemptStatus.EXPIRED)
    return True
