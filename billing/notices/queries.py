"""Reads of notices."""

from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.outbox import OutboxEntry

# It goes on, and will be paid for again.
LIVE = frozenset({SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE})


def is_live() -> ColumnElement[bool]:
    """In a query of subscriptions: it goes on, and nobody has canceled it."""
    return Subscription.status.in_(LIVE) & ~Subscription.cancel_at_period_end


def was_told(cause: ColumnElement[str]) -> ColumnElement[bool]:
    """In any query: a mail of this cause was staged before."""
    return select(OutboxEntry.id).where(OutboxEntry.cause == cause).exists()


def find_live(session: Session, account_id: UUID) -> Subscription | None:
    """The account's newest subscription that goes on; None without one."""
    live = select(Subscription).where(Subscription.account_id == account_id, is_live())
    return session.scalar(live.order_by(Subscription.created_at.desc(), Subscription.id.desc()).limit(1))
