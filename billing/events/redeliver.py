"""Send events to an endpoint again, or for the first time: one of them, or what a range of time has."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.events.queries import get_event, is_of_types, lock_endpoint
from billing.events.schedule import GIVEN_UP_AFTER
from billing.events.states import again
from billing.events.tables import DeliveryState, EventDelivery, EventEndpoint, ProductEvent
from schemas.commands.events import RedeliverEvents

# a transaction of a second or two, and more than an endpoint takes in an hour
EVENTS_MAX = 20_000


def redeliver(session: Session, command: RedeliverEvents) -> int:
    """How many are sent again. What is waiting by itself is sent at once; what is on its way just now is left alone.

    Raises Rejected `endpoint_not_found`, `event_not_found`, or `range_too_large`.
    """
    endpoint = lock_endpoint(session, command.endpoint_id)
    wanted = _wanted(session, command, endpoint)
    count = session.scalars(select(func.count()).select_from(wanted.limit(EVENTS_MAX + 1).subquery())).one()
    if count > EVENTS_MAX:
        raise Rejected("range_too_large", f"These are more than {EVENTS_MAX} events; name a shorter range.", status=422)
    columns = ["id", "endpoint_id", "event_id", "position", "account_id", "type", "gives_up_at"]
    staged = insert(EventDelivery).from_select(columns, wanted)
    statement = staged.on_conflict_do_update(
        index_elements=["endpoint_id", "position"],
        set_=again(GIVEN_UP_AFTER),
        where=and_(_is_wanted_again(command), _is_in_nobodys_hands()),
    )
    return len(session.scalars(statement.returning(EventDelivery.id)).all())


def _wanted(session: Session, command: RedeliverEvents, endpoint: EventEndpoint) -> Select[Any]:
    row = select(
        func.gen_random_uuid(),
        literal(endpoint.id),
        ProductEvent.id,
        ProductEvent.position,
        ProductEvent.account_id,
        ProductEvent.type,
        func.now() + GIVEN_UP_AFTER,
    )
    if command.event_id is not None:
        return row.where(ProductEvent.position == get_event(session, command.event_id).position)
    in_range = row.where(ProductEvent.created_at >= command.since, is_of_types(endpoint.types))
    return in_range.where(ProductEvent.created_at < command.until) if command.until else in_range


def _is_wanted_again(command: RedeliverEvents) -> ColumnElement[bool]:
    if command.event_id is not None or command.delivered_too:
        return literal(value=True)
    return EventDelivery.state != DeliveryState.DELIVERED


def _is_in_nobodys_hands() -> ColumnElement[bool]:
    return or_(EventDelivery.lease_until.is_(None), EventDelivery.lease_until <= func.now())
