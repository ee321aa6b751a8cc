"""Forget events and deliveries that are old, and try once more what could not be told."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from billing.events.tables import EventDelivery, ProductEvent
from database.untold import UntoldChange

# long enough to find out that nobody listened and to hear of it all again; they hold personal data
KEPT = timedelta(days=30)


def forget_old(session: Session, limit: int) -> int:
    """Remove at most `limit` events that are older than they are kept; how many there were."""
    old = select(ProductEvent.position).where(ProductEvent.created_at < func.now() - KEPT)
    forgotten = delete(ProductEvent).where(
        ProductEvent.position.in_(old.order_by(ProductEvent.created_at).limit(limit))
    )
    return len(session.scalars(forgotten.returning(ProductEvent.position)).all())


def forget_deliveries(session: Session, limit: int) -> int:
    """The same of what was sent, with its attempts. What still waits has an event that is as old."""
    old = (
        select(EventDelivery.id).where(EventDelivery.created_at < func.now() - KEPT).order_by(EventDelivery.created_at)
    )
    forgotten = delete(EventDelivery).where(EventDelivery.id.in_(old.limit(limit)))
    return len(session.scalars(forgotten.returning(EventDelivery.id)).all())


def try_again(session: Session) -> None:
    """What was set aside is told after all, if it can be by now: another version may know what it is."""
    session.execute(update(UntoldChange).where(UntoldChange.failure != "").values(failure=""))
