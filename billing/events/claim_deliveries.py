"""Claim what is to be sent to one endpoint, under a lease. What belongs in an order is claimed in it, or not at all."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from billing.events.tables import DeliveryState, EventDelivery, EventEndpoint, ProductEvent
from database.among import is_among

# longer than a lane and the request that it has begun last take together
LEASE = timedelta(seconds=60)
IS_WAITING = EventDelivery.state == DeliveryState.WAITING
IS_LISTENING = and_(
    EventEndpoint.disabled_at.is_(None),
    or_(EventEndpoint.held_until.is_(None), EventEndpoint.held_until <= func.now()),
)


class Claimed(NamedTuple):
    """What one lane sends: so many attempts were made of each event before."""

    endpoint: EventEndpoint
    lease_token: UUID
    deliveries: Sequence[tuple[UUID, int, ProductEvent]]


def due_endpoints(session: Session) -> Sequence[UUID]:
    """The endpoints that something is due for, and that may be asked now."""
    of_endpoint = EventDelivery.endpoint_id == EventEndpoint.id, IS_WAITING, _is_free(EventDelivery)
    due = select(EventEndpoint.id).where(IS_LISTENING, exists().where(*of_endpoint))
    return session.scalars(due.order_by(EventEndpoint.id)).all()


def claim_deliveries(session: Session, endpoint_id: UUID, limit: int) -> Claimed | None:
    """At most so many; None when there are none, or somebody else is claiming. One that fails gets one alone."""
    mine = select(EventEndpoint).where(EventEndpoint.id == endpoint_id, IS_LISTENING)
    endpoint = session.scalar(mine.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    if endpoint is None:
        return None
    token = uuid4()
    ids = _next_ids(session, endpoint, 1 if endpoint.failures else limit)
    leased = {"lease_until": func.now() + LEASE, "lease_token": token}
    held = update(EventDelivery).where(is_among(EventDelivery.id, ids)).values(leased)
    session.execute(held, execution_options={"synchronize_session": False})
    found = (
        select(EventDelivery.id, EventDelivery.attempts, ProductEvent)
        .join(ProductEvent, ProductEvent.position == EventDelivery.position)
        .where(is_among(EventDelivery.id, ids))
        .order_by(EventDelivery.position)
    )
    rows = [(row.id, row.attempts, row.ProductEvent) for row in session.execute(found)] if ids else []
    _forget(session, set(ids) - {row_id for row_id, _, _ in rows})
    return Claimed(endpoint, token, rows) if rows else None


def _forget(session: Session, delivery_ids: set[UUID]) -> None:
    """Their events are gone: their account was deleted, and with it what there was to tell of it."""
    if delivery_ids:
        gone = delete(EventDelivery).where(is_among(EventDelivery.id, delivery_ids))
        session.execute(gone, execution_options={"synchronize_session": False})


def _next_ids(session: Session, endpoint: EventEndpoint, limit: int) -> Sequence[UUID]:
    due = select(EventDelivery.id).where(EventDelivery.endpoint_id == endpoint.id, IS_WAITING)
    if endpoint.is_ordered:
        due = due.where(~_waits_for_another()).order_by(EventDelivery.position)
    else:
        due = due.where(_is_free(EventDelivery)).order_by(EventDelivery.next_attempt_at, EventDelivery.position)
    return session.scalars(due.limit(limit)).all()


def _waits_for_another() -> ColumnElement[bool]:
    """It, or an earlier one of its account, is on its way or not due: whoever takes it would overtake that."""
    earlier = aliased(EventDelivery)
    return exists().where(
        earlier.endpoint_id == EventDelivery.endpoint_id,
        earlier.account_id == EventDelivery.account_id,
        earlier.state == DeliveryState.WAITING,
        earlier.position <= EventDelivery.position,
        ~_is_free(earlier),
    )


def _is_free(row: type[EventDelivery]) -> ColumnElement[bool]:
    in_nobodys_hands = or_(row.lease_until.is_(None), row.lease_until <= func.now())
    return and_(row.next_attempt_at <= func.now(), in_nobodys_hands)
