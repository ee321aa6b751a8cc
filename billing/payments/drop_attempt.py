"""Drop an attempt that nothing came of and nothing will."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from billing.payments.states import move
from billing.payments.tables import LIVE_ATTEMPTS, AttemptStatus, PaymentAttempt

# its gateway has not told of it; what is pending there may still come, and whoever is charged beside it pays twice
UNTOLD = frozenset({AttemptStatus.CREATED, AttemptStatus.UNKNOWN})


def drop_attempt(session: Session, attempt_id: UUID, among: Collection[AttemptStatus] = LIVE_ATTEMPTS) -> bool:
    """Close an attempt whose invoice is not to be paid by it any more; false when it stands elsewhere than `among`.

    The caller knows that the gateway did not take the money and never will.
    """
    attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if attempt.status not in among:
        return False
    move(attempt, AttemptStatus.EXPIRED)
    return True
