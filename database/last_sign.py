"""When the workers of these books gave their last sign of life, which is how far a restored database goes."""

from datetime import datetime

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from database.outbox import OutboxEntry
from database.upkeep import Heartbeat, JobPeriod


def last_sign_of_workers(session: Session) -> datetime | None:
    """By the database's clock; None when there was none. What the door stores since a restore is no sign of it."""
    signs = (Heartbeat.beat_at, JobPeriod.started_at, OutboxEntry.created_at)
    newest = [select(func.max(sign)).scalar_subquery() for sign in signs]
    return session.scalar(select(func.greatest(*newest, literal(None))))
