"""What a second person decides."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.approvals.approve import approve_operation
from billing.approvals.queries import view_approval
from billing.approvals.refuse import refuse_operation
from billing.commands.person import person_of
from billing.commands.verb import Result, Verb
from database.operations import Operation
from schemas.commands.approvals import ApproveOperation, RefuseOperation
from schemas.commands.base import Command


def _approve(session: Session, operation: Operation, command: ApproveOperation, now: datetime) -> Result:
    by = person_of(session, operation)
    approval = approve_operation(session, command.approval_id, command.fingerprint, by, now)
    return view_approval(approval).model_dump(mode="json")


def _refuse(session: Session, operation: Operation, command: RefuseOperation, now: datetime) -> Result:
    by = person_of(session, operation)
    return view_approval(refuse_operation(session, command.approval_id, command.reason, by, now)).model_dump(
        mode="json"
    )


VERBS: Mapping[type[Command], Verb] = {
    ApproveOperation: _approve,
    RefuseOperation: _refuse,
}
