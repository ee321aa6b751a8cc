"""What time it is by the one clock that all processes share."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

_NOW = select(func.clock_timestamp())


def database_time(session: Session) -> datetime:
    """The wall clock's time now, also in the middle of a transaction, UTC."""
    shown: datetime = session.scalars(_NOW).one()
    return shown
