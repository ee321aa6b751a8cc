"""Drop a charge that was not made and never will be."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.payments.states import move
from billing.payments.tables import AttemptStatus, PaymentAttempt


def drop_charge(session: Session, attempt_id: UUID) -> bool:
    """Close an attempt whose invoice is not to be paid by it any more; false when it has an outcome already.

    The caller knows that the gateway did not take the money.
    """
    attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if attempt.status not in (AttemptStatus.CREATED, AttemptStatus.UNKNOWN):
        return False
    move(attempt, AttemptStatus.EXPIRED)
    return True
