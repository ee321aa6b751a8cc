"""Reads of changes of plan that wait for their payment."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from billing.subscriptions.tables import PendingChange, Subscription
from database.among import is_among

IS_WAITING = PendingChange.ended_at.is_(None)


def find_pending_change(session: Session, subscription_id: UUID) -> PendingChange | None:
    """The one change that waits for a subscription; None when none does."""
    waiting = select(PendingChange).where(PendingChange.subscription_id == subscription_id, IS_WAITING)
    return session.scalar(waiting)


def find_pending_changes(session: Session, subscription_ids: Collection[UUID]) -> Sequence[PendingChange]:
    """The same for many subscriptions."""
    of_these = is_among(PendingChange.subscription_id, subscription_ids)
    return session.scalars(select(PendingChange).where(of_these, IS_WAITING)).all()


def is_waited_for(session: Session, invoice_id: UUID) -> bool:
    """Whether a change of plan waits for this invoice to be paid."""
    waiting = select(PendingChange.invoice_id).where(PendingChange.invoice_id == invoice_id, IS_WAITING)
    return session.scalar(waiting) is not None


def is_too_late(session: Session, invoice_id: UUID, now: datetime) -> bool:
    """Whether a change of plan waits for this invoice, and its time is over.

    One that was made is paid for whenever: a bank may have taken back what had paid it.
    """
    over = select(PendingChange.invoice_id).where(
        PendingChange.invoice_id == invoice_id, IS_WAITING, PendingChange.expires_at <= now
    )
    return session.scalar(over) is not None


def has_pending_change() -> ColumnElement[bool]:
    """In a query of subscriptions: a change of plan waits."""
    waiting = select(PendingChange.invoice_id).where(PendingChange.subscription_id == Subscription.id, IS_WAITING)
    return waiting.exists()
