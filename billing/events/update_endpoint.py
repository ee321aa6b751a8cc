"""Change an endpoint, let one go on that was disabled, or disable one."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from billing.events.queries import BY_REQUEST, lock_endpoint
from billing.events.schedule import GIVEN_UP_AFTER
from billing.events.tables import DeliveryState, EventDelivery, EventEndpoint
from schemas.commands.events import UpdateEventEndpoint


def update_endpoint(session: Session, command: UpdateEventEndpoint) -> EventEndpoint:
    """What is not named stays as it is. Raises Rejected `endpoint_not_found`."""
    endpoint = lock_endpoint(session, command.endpoint_id)
    endpoint.url = command.url or endpoint.url
    endpoint.types = list(command.types) if command.types is not None else endpoint.types
    endpoint.is_ordered = endpoint.is_ordered if command.ordered is None else command.ordered
    endpoint.description = endpoint.description if command.description is None else command.description
    if command.enabled is False and endpoint.disabled_at is None:
        endpoint.disabled_at, endpoint.disabled_because = session.scalars(select(func.now())).one(), BY_REQUEST
    if command.enabled:
        _enable(session, endpoint)
    session.flush()
    return endpoint


def _enable(session: Session, endpoint: EventEndpoint) -> None:
    """It is asked at once, with the time of a new one for all that still waits."""
    endpoint.disabled_at, endpoint.disabled_because = None, ""
    endpoint.failing_since, endpoint.failures, endpoint.held_until = None, 0, None
    waiting = update(EventDelivery).where(
        EventDelivery.endpoint_id == endpoint.id, EventDelivery.state == DeliveryState.WAITING
    )
    anew = {"next_attempt_at": func.now(), "gives_up_at": func.now() + GIVEN_UP_AFTER, "attempts": 0}
    session.execute(waiting.values(anew), execution_options={"synchronize_session": False})
