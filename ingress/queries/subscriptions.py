"""Reads of subscriptions."""

from sqlalchemy.orm import Session

from billing.subscriptions.queries import list_subscriptions
from ingress.queries.filters import SubscriptionFilter
from schemas.views.base import Page
from schemas.views.subscriptions import SubscriptionView


def subscriptions(session: Session, wanted: SubscriptionFilter) -> Page[SubscriptionView]:
    """`GET /v1/billing/subscriptions/`"""
    return list_subscriptions(
        session,
        account_id=wanted.account_id,
        status=wanted.status,
        before=wanted.cursor,
        limit=wanted.limit,
    )
