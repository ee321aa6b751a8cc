"""Set a subscription aside that could not be brought on: a bug in one row must not hold up the others."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.subscriptions.tables import Subscription

FAILURE_LENGTH_MAX = 4_000


def set_aside(session: Session, subscription_id: UUID, failure: str, now: datetime) -> None:
    """The cycle leaves it alone until a person has looked and taken it up again."""
    failed = {"failed_at": now, "failure": failure[-FAILURE_LENGTH_MAX:]}
    session.execute(update(Subscription).where(Subscription.id == subscription_id).values(failed))


def take_up(session: Session, subscription_id: UUID) -> bool:
    """The cycle tries it again; false when it was not set aside."""
    is_aside = update(Subscription).where(Subscription.id == subscription_id, Subscription.failed_at.is_not(None))
    taken = session.execute(is_aside.values(failed_at=None, failure="").returning(Subscription.id))
    return taken.one_or_none() is not None
