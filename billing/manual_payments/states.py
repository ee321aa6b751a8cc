"""The states of a claim. Nobody else writes them; `billing/README.md` draws them."""

from datetime import datetime

from billing.errors import Rejected
from billing.manual_payments.tables import ClaimStatus, PaymentClaim

_DECISIONS = frozenset({ClaimStatus.APPROVED, ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN})
TRANSITIONS: dict[ClaimStatus, frozenset[ClaimStatus]] = {
    ClaimStatus.SUBMITTED: _DECISIONS | {ClaimStatus.AWAITING_SECOND},
    # whoever approves something else than the first person saw is the first to approve that
    ClaimStatus.AWAITING_SECOND: _DECISIONS | {ClaimStatus.AWAITING_SECOND},
    ClaimStatus.APPROVED: frozenset(),
    ClaimStatus.REJECTED: frozenset(),
    ClaimStatus.WITHDRAWN: frozenset(),
}


def check_undecided(claim: PaymentClaim) -> None:
    """Raises Rejected `claim_decided` for one that is approved, rejected or withdrawn."""
    if not TRANSITIONS[claim.status]:
        raise Rejected("claim_decided", f"The claim is {claim.status} already.", status=409)


def move(claim: PaymentClaim, after: ClaimStatus) -> None:
    """Take one step; raises Rejected as `check_undecided`, and ValueError for one that the state machine lacks."""
    check_undecided(claim)
    if after not in TRANSITIONS[claim.status]:
        raise ValueError(f"a claim cannot go from {claim.status} to {after}")
    claim.status = after


def decide(claim: PaymentClaim, decision: ClaimStatus, decided_by: str, now: datetime) -> None:
    """The last step, by whom and when; `now` is the account's time. Raises as `move`."""
    move(claim, decision)
    claim.decided_by, claim.decided_at = decided_by, now
