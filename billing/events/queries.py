"""Reads of events."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.events.tables import DeliveryState, EventAttempt, EventDelivery, EventEndpoint, ProductEvent
from database.among import is_among
from database.pages import FIRST_PAGE, Paging, narrowed, newest_first
from database.untold import UntoldChange
from schemas.views.base import Page
from schemas.views.events import (
    EventAttemptView,
    EventDeliveries,
    EventDeliveryView,
    EventEndpoints,
    EventEndpointView,
    EventPage,
    EventView,
)

# why an endpoint is disabled that a person has disabled
BY_REQUEST = "by_request"
# of one delivery, in a list
TRIES_MAX = 20


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
        query = query.where(is_of_types(types))
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


def get_endpoint(session: Session, endpoint_id: UUID) -> EventEndpoint:
    """The endpoint; raises Rejected `endpoint_not_found`."""
    return _found(session.get(EventEndpoint, endpoint_id), endpoint_id)


def find_endpoint(session: Session, endpoint_id: UUID) -> EventEndpoint | None:
    """The endpoint; None when it was deleted."""
    return session.get(EventEndpoint, endpoint_id)


def count_waiting(session: Session, endpoint_id: UUID) -> int:
    """How many events wait for an endpoint."""
    return _waiting(session).get(endpoint_id, 0)


def lock_endpoint(session: Session, endpoint_id: UUID) -> EventEndpoint:
    """It, nobody else's until commit; raises Rejected `endpoint_not_found`."""
    return _found(session.get(EventEndpoint, endpoint_id, with_for_update=True, populate_existing=True), endpoint_id)


def show_endpoint(session: Session, endpoint_id: UUID) -> EventEndpointView:
    """One endpoint as the API shows it; raises Rejected `endpoint_not_found`."""
    return view_endpoint(get_endpoint(session, endpoint_id), _waiting(session).get(endpoint_id, 0))


def list_endpoints(session: Session) -> EventEndpoints:
    """All of them, a handful."""
    waiting = _waiting(session)
    found = session.scalars(select(EventEndpoint).order_by(EventEndpoint.created_at, EventEndpoint.id))
    return EventEndpoints(data=[view_endpoint(endpoint, waiting.get(endpoint.id, 0)) for endpoint in found])


def show_deliveries(session: Session, event_id: UUID) -> EventDeliveries:
    """Of one event, to each endpoint that it was for; raises Rejected `event_not_found`."""
    get_event(session, event_id)
    of_event = select(EventDelivery).where(EventDelivery.event_id == event_id)
    found = session.scalars(of_event.order_by(EventDelivery.created_at, EventDelivery.id)).all()
    return EventDeliveries(data=_view_deliveries(session, found))


def list_deliveries(
    session: Session,
    endpoint_id: UUID,
    paging: Paging = FIRST_PAGE,
    *,
    state: DeliveryState | None = None,
) -> Page[EventDeliveryView]:
    """A page of what was for an endpoint, newest first; raises Rejected `endpoint_not_found`."""
    get_endpoint(session, endpoint_id)
    query = narrowed(select(EventDelivery), (EventDelivery.endpoint_id, endpoint_id), (EventDelivery.state, state))
    page, cursor = newest_first(session, query, EventDelivery, paging)
    return Page(data=_view_deliveries(session, page), next_cursor=cursor)


def view_endpoint(endpoint: EventEndpoint, waiting: int = 0) -> EventEndpointView:
    """An endpoint as the API shows it, without its secret."""
    return EventEndpointView(
        id=endpoint.id,
        url=endpoint.url,
        description=endpoint.description,
        types=endpoint.types,
        ordered=endpoint.is_ordered,
        enabled=endpoint.disabled_at is None,
        disabled_at=endpoint.disabled_at,
        disabled_because=endpoint.disabled_because,
        failing_since=endpoint.failing_since,
        waiting=waiting,
        created_at=endpoint.created_at,
    )


def untold_seconds(session: Session) -> float:
    """How old the oldest change is that was not told yet, in seconds; 0 when there is none."""
    age = func.extract("epoch", func.now() - func.min(UntoldChange.created_at))
    return float(session.scalar(select(age).where(UntoldChange.failure == "")) or 0)


def count_untellable(session: Session) -> int:
    """How many changes could not be made events and wait for a person."""
    return session.scalars(select(func.count()).select_from(UntoldChange).where(UntoldChange.failure != "")).one()


def is_of_types(types: Sequence[str]) -> ColumnElement[bool]:
    """Whether an event is of one of these types; see `schemas.event_types`."""
    return or_(*map(_is_of, types))


def _is_of(wanted: str) -> ColumnElement[bool]:
    if wanted == "*":
        return and_(True)
    if wanted.endswith(".*"):
        return ProductEvent.type.startswith(wanted.removesuffix("*"), autoescape=True)
    return ProductEvent.type == wanted


def undelivered_seconds(session: Session) -> float:
    """How long what is due to be sent to an endpoint that is asked waits in nobody's hands, the longest; in seconds."""
    age = func.extract("epoch", func.now() - func.min(EventDelivery.next_attempt_at))
    due = select(age).join(EventEndpoint, EventEndpoint.id == EventDelivery.endpoint_id)
    is_held = or_(EventEndpoint.disabled_at.is_not(None), EventEndpoint.failures > 0)
    in_hands = EventDelivery.lease_until > func.now()
    waits = EventDelivery.state == DeliveryState.WAITING, EventDelivery.next_attempt_at <= func.now()
    return float(session.scalar(due.where(*waits, ~is_held, in_hands.is_not(True))) or 0)


def failing_seconds(session: Session) -> float:
    """Since when an endpoint that is asked has taken nothing, the longest of all; in seconds, 0 when all do."""
    age = func.extract("epoch", func.now() - func.min(EventEndpoint.failing_since))
    return float(session.scalar(select(age).where(EventEndpoint.disabled_at.is_(None))) or 0)


def count_disabled(session: Session) -> int:
    """How many were disabled because they failed, and by nobody's wish."""
    disabled = EventEndpoint.disabled_because.not_in(("", BY_REQUEST))
    return session.scalars(select(func.count()).select_from(EventEndpoint).where(disabled)).one()


def _found(endpoint: EventEndpoint | None, endpoint_id: UUID) -> EventEndpoint:
    if endpoint is None:
        raise Rejected("endpoint_not_found", f"There is no endpoint {endpoint_id}.", status=404)
    return endpoint


def _waiting(session: Session) -> dict[UUID, int]:
    counted = select(EventDelivery.endpoint_id, func.count()).where(EventDelivery.state == DeliveryState.WAITING)
    return dict(session.execute(counted.group_by(EventDelivery.endpoint_id)).all())


def _view_deliveries(session: Session, deliveries: Sequence[EventDelivery]) -> list[EventDeliveryView]:
    ids = [delivery.id for delivery in deliveries]
    found = select(EventAttempt).where(is_among(EventAttempt.delivery_id, ids))
    tries: dict[UUID, list[EventAttemptView]] = {}
    for row in session.scalars(found.order_by(EventAttempt.attempted_at.desc(), EventAttempt.id.desc())):
        tries.setdefault(row.delivery_id, []).append(_view_attempt(row))
    return [_view_delivery(delivery, tries.get(delivery.id, [])[:TRIES_MAX]) for delivery in deliveries]


def _view_attempt(row: EventAttempt) -> EventAttemptView:
    return EventAttemptView(
        status=row.status,
        milliseconds=row.milliseconds,
        error=row.error,
        answer=row.answer,
        attempted_at=row.attempted_at,
    )


def _view_delivery(delivery: EventDelivery, tries: list[EventAttemptView]) -> EventDeliveryView:
    is_waiting = delivery.state is DeliveryState.WAITING
    return EventDeliveryView(
        id=delivery.id,
        endpoint_id=delivery.endpoint_id,
        event_id=delivery.event_id,
        type=delivery.type,
        account_id=delivery.account_id,
        status=str(delivery.state),
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at if is_waiting else None,
        finished_at=delivery.finished_at,
        created_at=delivery.created_at,
        tries=tries,
    )
