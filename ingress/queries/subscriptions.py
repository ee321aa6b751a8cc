"""Reads of subscriptions."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.subscriptions.queries import list_subscriptions
from billing.subscriptions.tables import SubscriptionStatus
from ingress.queries.filters import OfTime, PageFilter
from schemas.views.base import Page
from schemas.views.subscriptions import SubscriptionView


class SubscriptionFilter(PageFilter, OfTime):
    """A page of subscriptions."""

    account_id: UUID | None = None
    status: SubscriptionStatus | None = None


def subscriptions(session: Session, wanted: SubscriptionFilter) -> Page[SubscriptionView]:
    """`GET /v1/billing/subscriptions/`"""
    return list_subscriptions(
        session, wanted.paging, account_id=wanted.account_id, status=wanted.status, created=wanted.created
    )
