"""Reads of what waits for a second person."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.approvals.queries import list_approvals
from billing.approvals.tables import ApprovalStatus
from ingress.queries.filters import PageFilter
from schemas.views.approvals import ApprovalView
from schemas.views.base import Page


class ApprovalFilter(PageFilter):
    """A page of approvals."""

    status: ApprovalStatus | None = None
    account_id: UUID | None = None


def approvals(session: Session, wanted: ApprovalFilter) -> Page[ApprovalView]:
    """`GET /v1/admin/approvals/`"""
    return list_approvals(session, wanted.paging, wanted.status, wanted.account_id)
