"""A second person approves what a command would do."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.approvals.queries import lock_approval
from billing.approvals.states import decide
from billing.approvals.tables import Approval, ApprovalStatus
from billing.errors import Rejected
from billing.manual_payments.rules import same_person
from database.operations import let_run


def approve_operation(session: Session, approval_id: UUID, fingerprint: str, by: str, now: datetime) -> Approval:
    """Let the command run that waits for it. It does what was shown, or nothing.

    Raises Rejected `approval_not_found`, `approval_decided`, `approval_expired`, `same_approver` for whoever wants it
    themselves, and `stale_approval` for the fingerprint of anything else than is waiting.
    """
    approval = lock_approval(session, approval_id)
    if approval.status is ApprovalStatus.WAITING and approval.expires_at <= now:
        raise Rejected("approval_expired", "This has waited for too long: ask anew.", status=409)
    if approval.fingerprint != fingerprint:
        raise Rejected("stale_approval", "This has changed since you looked at it: look again.", status=409)
    if same_person(approval.asked_by, by):
        raise Rejected("same_approver", "You want this yourself; somebody else must approve it.", status=409)
    decide(approval, ApprovalStatus.APPROVED, by, now)
    let_run(session, approval.id)
    session.flush()
    return approval
