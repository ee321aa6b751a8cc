"""Stop what needs a second person, until that one has approved exactly this."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.approvals.alone import is_enough
from billing.approvals.rules import Effect, fingerprint_of, limit_for
from billing.approvals.states import move
from billing.approvals.tables import Approval, ApprovalStatus, SecondPersonLimit
from billing.errors import Rejected
from database.operations import Operation


class SecondPersonNeeded(Exception):
    """Nothing is to be kept of what was done: another person has to approve this effect first."""

    def __init__(self, effect: Effect) -> None:
        super().__init__("another person has to approve this")
        self.effect = effect


class ApprovalStale(Rejected):
    """What would be done now is not what was approved."""

    def __init__(self) -> None:
        super().__init__("approval_stale", "The effect has changed since it was approved: ask anew.", status=409)


def check_second_person(session: Session, operation: Operation, effect: Effect) -> None:
    """Called when the command has done its work, in the same transaction, all locks held: so the effect is the real
    one. Raises SecondPersonNeeded, ApprovalStale, and Rejected `approval_decided` for one that was not approved.
    """
    approval = session.get(Approval, operation.id, with_for_update=True)
    if approval is None:
        limit = limit_of(session, operation.kind, effect.unit)
        if not is_enough(session, operation.id, operation.kind, effect, limit):
            raise SecondPersonNeeded(effect)
        return
    if approval.status is ApprovalStatus.STALE or (
        approval.status is ApprovalStatus.APPROVED
        and approval.fingerprint != fingerprint_of(operation.body_sha256, effect)
    ):
        raise ApprovalStale
    move(approval, ApprovalStatus.DONE)


def limit_of(session: Session, kind: str, unit: str) -> int | None:
    """Above how much of a unit this kind of command needs a second person; None: never."""
    rows = session.execute(
        select(SecondPersonLimit.unit, SecondPersonLimit.limit_amount).where(SecondPersonLimit.kind == kind)
    )
    return limit_for(kind, unit, {row.unit: row.limit_amount for row in rows})
