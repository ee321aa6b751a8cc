"""Let an endpoint hear of events: with a secret that was made here, and is sealed before it is kept."""

from typing import Any

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.events.create_endpoint import create_endpoint
from billing.events.queries import view_endpoint
from database.operations import Operation
from endpoints.addresses import AddressRefused, check_url
from endpoints.signing import make_secret
from schemas.commands.events import CreateEventEndpoint
from workers.claims import Act
from workers.wiring import Work


def create_event_endpoint(work: Work, operation: Operation, command: CreateEventEndpoint) -> Act:
    """Claim and call: nothing. Record: the endpoint, whose secret no result repeats."""
    refuse_address(work, command.url)

    def act(session: Session) -> dict[str, Any]:
        endpoint = create_endpoint(session, operation.id, command)
        work.endpoint_secrets.add(session, endpoint.id, make_secret())
        return view_endpoint(endpoint).model_dump(mode="json")

    return act


def refuse_address(work: Work, url: str) -> None:
    """Raises Rejected `endpoint_refused` for one that nothing would be sent to. Its name is looked up when it is."""
    try:
        check_url(url, is_production=work.is_production)
    except AddressRefused as error:
        raise Rejected("endpoint_refused", f"Nothing is sent to this address: {error}.") from None
