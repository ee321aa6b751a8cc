"""A person says that the money of a claim did not come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.manual_payments.queries import lock_claim
from billing.manual_payments.states import decide
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from database.outbox import stage


def reject_claim(session: Session, claim_id: UUID, reason: str, rejected_by: str, now: datetime) -> PaymentClaim:
    """Nothing moves; the customer may claim anew. `now` is the account's time.

    Raises Rejected `claim_not_found`, or `claim_decided` for one that is approved, rejected or withdrawn.
    """
    claim = lock_claim(session, claim_id)
    decide(claim, ClaimStatus.REJECTED, rejected_by, now)
    claim.reject_reason = reason
    stage(session, "payment_rejected", claim.id, f"payment_rejected/{claim.id}")
    session.flush()
    return claim
