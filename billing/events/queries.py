"""Reads of events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.events.tables import ProductEvent
from database.pages import narrowed
from database.untold import UntoldChange
from schemas.views.events import EventPage, EventView


def list_events(
    session: Session,
    *,
    types: tuple[str, ...] = (),
    account_id: UUID | None = None,
    since: datetime | None = None,
    after: int = 0,
    limit: int = 20,
) -> EventPage:
    """Events after a position, in their order; each of `types` is a type, or all of a kind as in `invoice.*`.

    `since` leaves out what was told before that instant; `limit` is 1 to 100. Nothing is ever added in front of a
    position that was shown: whoever goes on from there misses nothing.
    """
    query = narrowed(select(ProductEvent), (ProductEvent.account_id, account_id)).where(ProductEvent.position > after)
    if types:
        query = query.where(or_(*map(_is_of, types)))
    if since is not None:
        query = query.where(ProductEvent.created_at >= since)
    found = session.scalars(query.order_by(ProductEvent.position).limit(limit + 1)).all()
    shown = found[:limit]
    cursor = shown[-1].position if shown else after
    return EventPage(data=[view_event(event) for event in shown], next_cursor=str(cursor), has_more=len(found) > limit)


def get_event(session: Session, event_id: UUID) -> ProductEvent:
    """The event; raises Rejected `event_not_found`."""
    event = session.scalar(select(ProductEvent).where(ProductEvent.id == event_id))
    if event is None:
        raise Rejected("event_not_found", f"There is no event {event_id}, or none any more.", status=404)
    return event


def show_event(session: Session, event_id: UUID) -> EventView:
    """One event as the API shows it; raises Rejected `event_not_found`."""
    return view_event(get_event(session, event_id))


def view_event(event: ProductEvent) -> EventView:
    """An event as it is shown and sent."""
    return EventView(
        id=event.id,
        type=event.type,
        schema_version=event.schema_version,
        account_id=event.account_id,
        sequence=event.sequence,
        happened_at=event.happened_at,
        data=event.data,
    )


def untold_seconds(session: Session) -> float:
    """How old the oldest change is that was not told yet, in seconds; 0 when there is none."""
    age = func.extract("epoch", func.now() - func.min(UntoldChange.created_at))
    return float(session.scalar(select(age).where(UntoldChange.failure == "")) or 0)


def count_untellable(session: Session) -> int:
    """How many changes could not be made events and wait for a person."""
    return session.scalars(select(func.count()).select_from(UntoldChange).where(UntoldChange.failure != "")).one()


def _is_of(wanted: str) -> ColumnElement[bool]:
    if wanted == "*":
        return and_(True)
    if wanted.endswith(".*"):
        return ProductEvent.type.startswith(wanted.removesuffix("*"), autoescape=True)
    return ProductEvent.type == wanted
