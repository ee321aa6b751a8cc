"""A person refuses what a command would do, or takes back their own wish."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.approvals.queries import lock_approval
from billing.approvals.states import decide
from billing.approvals.tables import Approval, ApprovalStatus
from database.operations import refuse_held


def refuse_operation(session: Session, approval_id: UUID, reason: str, by: str, now: datetime) -> Approval:
    """The command that waits is never run. Raises Rejected `approval_not_found` and `approval_decided`."""
    approval = lock_approval(session, approval_id)
    decide(approval, ApprovalStatus.REFUSED, by, now)
    approval.reason = reason
    refuse_held(session, approval.id, problem("approval_refused", f"Another person refused this: {reason}"))
    session.flush()
    return approval


def problem(code: str, detail: str) -> dict[str, Any]:
    """What the API shows of a command that waited in vain (RFC 9457)."""
    return {"type": f"urn:cashbeat:problem:{code}", "title": code.replace("_", " "), "status": 409, "detail": detail}
