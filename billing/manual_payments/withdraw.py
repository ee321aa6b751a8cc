"""Whoever claimed a payment takes that back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.manual_payments.queries import lock_claim
from billing.manual_payments.states import decide
from billing.manual_payments.tables import ClaimStatus, PaymentClaim


def withdraw_claim(session: Session, claim_id: UUID, withdrawn_by: str, now: datetime) -> PaymentClaim:
    """Nothing moves. `now` is the account's time.

    Raises Rejected `claim_not_found`, `claim_decided`, and `claim_seen` for what stands on a statement of the bank,
    whose word it is, too.
    """
    claim = lock_claim(session, claim_id)
    if claim.seen_minor:
        raise Rejected("claim_seen", "The bank says that this came; a person has to decide about it.", status=409)
    decide(claim, ClaimStatus.WITHDRAWN, withdrawn_by, now)
    session.flush()
    return claim
