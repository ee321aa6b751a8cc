"""Reads of what waits for a second person."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.approvals.tables import Approval, ApprovalStatus, SecondPersonLimit
from billing.errors import Rejected
from database.pages import Paging, narrowed, newest_first
from schemas.views.approvals import ApprovalView
from schemas.views.base import Page


def lock_approval(session: Session, approval_id: UUID) -> Approval:
    """Under its row lock; raises Rejected `approval_not_found`."""
    found = session.get(Approval, approval_id, with_for_update=True)
    return _there(found, approval_id)


def list_approvals(
    session: Session, paging: Paging, status: ApprovalStatus | None = None, account_id: UUID | None = None
) -> Page[ApprovalView]:
    """A page of them, by their age."""
    query = narrowed(select(Approval), (Approval.status, status), (Approval.account_id, account_id))
    rows, cursor = newest_first(session, query, Approval, paging)
    return Page(data=[view_approval(row) for row in rows], next_cursor=cursor)


def show_approval(session: Session, approval_id: UUID) -> ApprovalView:
    """One of them; raises Rejected `approval_not_found`."""
    return view_approval(_there(session.get(Approval, approval_id), approval_id))


def view_approval(approval: Approval) -> ApprovalView:
    """As the API shows it."""
    return ApprovalView.model_validate(approval, from_attributes=True)


def list_limits(session: Session) -> list[SecondPersonLimit]:
    """Those that somebody has set."""
    return list(session.scalars(select(SecondPersonLimit).order_by(SecondPersonLimit.kind, SecondPersonLimit.unit)))


def _there(found: Approval | None, approval_id: UUID) -> Approval:
    if found is None:
        raise Rejected("approval_not_found", f"There is nothing to approve by the id {approval_id}.", status=404)
    return found
