"""The states of a dispute. Nobody else writes them; `billing/README.md` draws them."""

from datetime import datetime

from billing.disputes.tables import CONTESTED, ENDED, Dispute, DisputeStatus

_DECIDED = frozenset({DisputeStatus.WON, DisputeStatus.LOST})
_TAKEN = CONTESTED | _DECIDED
TRANSITIONS: dict[DisputeStatus, frozenset[DisputeStatus]] = {
    DisputeStatus.INQUIRY: _TAKEN | {DisputeStatus.INQUIRY_CLOSED},
    # a bank may take the money all the same: https://docs.stripe.com/disputes/how-disputes-work#inquiries
    DisputeStatus.INQUIRY_CLOSED: _TAKEN,
    DisputeStatus.NEEDS_RESPONSE: _DECIDED | {DisputeStatus.UNDER_REVIEW},
    DisputeStatus.UNDER_REVIEW: _DECIDED,
    # banks decide anew: https://docs.stripe.com/disputes/how-disputes-work
    DisputeStatus.WON: _TAKEN - {DisputeStatus.WON},
    DisputeStatus.LOST: _TAKEN - {DisputeStatus.LOST},
}


def can_move(dispute: Dispute, after: DisputeStatus) -> bool:
    """Whether the state machine has this step."""
    return after in TRANSITIONS[dispute.status]


def move(dispute: Dispute, after: DisputeStatus, now: datetime) -> None:
    """Take one step; raises ValueError for one that the state machine does not have."""
    if not can_move(dispute, after):
        raise ValueError(f"a dispute cannot go from {dispute.status} to {after}")
    dispute.status = after
    dispute.closed_at = now if after in ENDED else None
