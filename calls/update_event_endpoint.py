"""Change an endpoint of the product's."""

from typing import Any

from sqlalchemy.orm import Session

from billing.events.queries import view_endpoint
from billing.events.update_endpoint import update_endpoint
from calls.create_event_endpoint import refuse_address
from database.operations import Operation
from schemas.commands.events import UpdateEventEndpoint
from workers.claims import Act
from workers.wiring import Work


def update_event_endpoint(work: Work, operation: Operation, command: UpdateEventEndpoint) -> Act:
    """Claim and call: nothing. Record: what is to change, of an address that is sent to."""
    if command.url is not None:
        refuse_address(work, command.url)

    def act(session: Session) -> dict[str, Any]:
        return view_endpoint(update_endpoint(session, command)).model_dump(mode="json")

    return act
