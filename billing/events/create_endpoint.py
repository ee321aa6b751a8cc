"""Let an address of the product's hear of events from now on."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.events.tables import EventEndpoint, EventPosition
from schemas.commands.events import CreateEventEndpoint

# each has threads of its own where events are sent
ENDPOINTS_MAX = 20


def create_endpoint(session: Session, endpoint_id: UUID, command: CreateEventEndpoint) -> EventEndpoint:
    """An endpoint of this id. Raises Rejected `too_many_endpoints`."""
    # whoever counts while another one adds would count wrong
    session.execute(select(EventPosition.id).with_for_update())
    if session.scalars(select(func.count()).select_from(EventEndpoint)).one() >= ENDPOINTS_MAX:
        raise Rejected(
            "too_many_endpoints", f"There are {ENDPOINTS_MAX} endpoints, and no more are served.", status=409
        )
    endpoint = EventEndpoint(
        id=endpoint_id,
        url=command.url,
        description=command.description,
        types=list(command.types),
        is_ordered=command.ordered,
    )
    session.add(endpoint)
    session.flush()
    session.refresh(endpoint)
    return endpoint
