"""Give an endpoint another secret."""

from typing import Any

from sqlalchemy.orm import Session

from billing.events.queries import lock_endpoint, view_endpoint
from database.operations import Operation
from endpoints.signing import make_secret
from schemas.commands.events import RollEndpointSecret
from workers.claims import Act
from workers.wiring import Work


def roll_endpoint_secret(work: Work, operation: Operation, command: RollEndpointSecret) -> Act:
    """Claim and call: nothing. Record: a new one, sealed; the one before signs beside it for a day."""

    def act(session: Session) -> dict[str, Any]:
        endpoint = lock_endpoint(session, command.endpoint_id)
        work.endpoint_secrets.add(session, endpoint.id, make_secret())
        return view_endpoint(endpoint).model_dump(mode="json")

    return act
