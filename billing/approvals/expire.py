"""Nobody approved it in time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.approvals.refuse import problem
from billing.approvals.states import move
from billing.approvals.tables import Approval, ApprovalStatus
from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from database.operations import refuse_held


def due_approvals(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Those that have waited for too long. People live by the wall clock, whoever it is about."""
    if timeline.clock_id is not None:
        return []
    due = select(Approval.id).where(Approval.status == ApprovalStatus.WAITING, Approval.expires_at <= timeline.now)
    return list(session.scalars(due.order_by(Approval.expires_at).limit(limit)))


def expire_approval(session: Session, approval_id: UUID, now: datetime) -> bool:
    """The command is never run; false when somebody has decided in the meantime."""
    approval = session.get_one(Approval, approval_id, with_for_update=True)
    if approval.status is not ApprovalStatus.WAITING:
        return False
    move(approval, ApprovalStatus.EXPIRED)
    refuse_held(session, approval.id, problem("approval_expired", "Nobody approved this in time."))
    return True


APPROVAL_EXPIRIES = OneByOne("approval_expiries", due_approvals, expire_approval, rows_max=1_000)
