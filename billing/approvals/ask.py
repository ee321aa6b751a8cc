"""Ask for a second person."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.approvals.rules import WAITS, Effect, fingerprint_of
from billing.approvals.states import move
from billing.approvals.tables import Approval, ApprovalStatus
from database.operations import Operation


def ask_second_person(session: Session, operation: Operation, effect: Effect, asked_by: str, now: datetime) -> None:
    """Write down what would be done, and by whom it is wanted. The caller lets the operation wait."""
    session.add(
        Approval(
            id=operation.id,
            kind=operation.kind,
            account_id=effect.account_id,
            command_sha256=operation.body_sha256,
            effect=dict(effect.shown),
            fingerprint=fingerprint_of(operation.body_sha256, effect),
            amount=effect.amount,
            unit=effect.unit,
            status=ApprovalStatus.WAITING,
            asked_by=asked_by,
            asked_at=now,
            expires_at=now + WAITS,
        )
    )
    session.flush()


def mark_stale(session: Session, operation: Operation) -> None:
    """What was approved is not what would be done now: nobody may do it by this approval any more."""
    approval = session.get_one(Approval, operation.id, with_for_update=True)
    if approval.status is ApprovalStatus.APPROVED:
        move(approval, ApprovalStatus.STALE)
        session.flush()
