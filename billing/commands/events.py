"""The product's endpoints. Those that need a secret or the network are conversations."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.commands.verb import Result, Verb
from billing.events.delete_endpoint import delete_endpoint
from billing.events.redeliver import redeliver
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.events import DeleteEventEndpoint, RedeliverEvents


def _delete(session: Session, operation: Operation, command: DeleteEventEndpoint, now: datetime) -> Result:
    delete_endpoint(session, command.endpoint_id)
    return {"id": str(command.endpoint_id), "deleted": True}


def _redeliver(session: Session, operation: Operation, command: RedeliverEvents, now: datetime) -> Result:
    return {"endpoint_id": str(command.endpoint_id), "events": redeliver(session, command)}


VERBS: Mapping[type[Command], Verb] = {
    DeleteEventEndpoint: _delete,
    RedeliverEvents: _redeliver,
}
