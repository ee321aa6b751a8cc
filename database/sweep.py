"""Find what is due and was not heard."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from database.among import is_among
from database.memory import Remembered, is_free

# A hint that no worker took within this time is taken for lost; a late copy finds nothing to do.
HINT_STALE_AFTER = timedelta(seconds=20)


def overdue(session: Session, memory: type[Remembered], limit: int) -> list[UUID]:
    """Ids of free rows whose last hint is stale, the longest due first; marks them as hinted again."""
    unheard = or_(memory.hinted_at.is_(None), memory.hinted_at < func.now() - HINT_STALE_AFTER)
    found = select(memory.id).where(is_free(memory), unheard).order_by(memory.next_attempt_at).limit(limit)
    ids = list(session.scalars(found.with_for_update(skip_locked=True)))
    if ids:
        session.execute(update(memory).where(is_among(memory.id, ids)).values(hinted_at=func.now()))
    return ids
