"""The states of an approval. Nobody else writes them; `billing/README.md` draws them."""

from datetime import datetime

from billing.approvals.tables import Approval, ApprovalStatus
from billing.errors import Rejected

TRANSITIONS: dict[ApprovalStatus, frozenset[ApprovalStatus]] = {
    ApprovalStatus.WAITING: frozenset({ApprovalStatus.APPROVED, ApprovalStatus.REFUSED, ApprovalStatus.EXPIRED}),
    ApprovalStatus.APPROVED: frozenset({ApprovalStatus.DONE, ApprovalStatus.STALE}),
    ApprovalStatus.DONE: frozenset(),
    ApprovalStatus.REFUSED: frozenset(),
    ApprovalStatus.STALE: frozenset(),
    ApprovalStatus.EXPIRED: frozenset(),
}


def move(approval: Approval, after: ApprovalStatus) -> None:
    """Take one step; raises Rejected `approval_decided` for one that the state machine does not have."""
    if after not in TRANSITIONS[approval.status]:
        raise Rejected("approval_decided", f"This is {approval.status} already.", status=409)
    approval.status = after


def decide(approval: Approval, decision: ApprovalStatus, by: str, now: datetime) -> None:
    """A person's step, by whom and when. Raises as `move`."""
    move(approval, decision)
    approval.decided_by, approval.decided_at = by, now
