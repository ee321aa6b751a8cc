"""Send an endpoint an event that tells of nothing, and say what it answered."""

from datetime import UTC
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.events.queries import get_endpoint
from billing.events.types import SCHEMA_VERSION
from database.ids import uuid7
from database.operations import Operation
from endpoints.deadlines import Deadlines
from endpoints.post import Answer, Posting
from endpoints.signing import signed_headers
from schemas.commands.events import TestEventEndpoint
from schemas.views.events import EventView
from workers.claims import Act
from workers.wiring import Work

TYPE = "test.sent"
NOBODY = UUID(int=0)


def try_event_endpoint(work: Work, operation: Operation, command: TestEventEndpoint) -> Act:
    """Claim: nothing; sent twice is sent twice. Call: one request. Record: the answer, which counts for nothing."""
    with work.database.transaction() as session:
        url = get_endpoint(session, command.endpoint_id).url
        secrets = work.endpoint_secrets.open(session, command.endpoint_id)
    if not secrets:
        raise Rejected("endpoint_secret_sealed", "Its secret stays sealed; an operator's log says why.", status=409)
    answer = _post(work, url, secrets, command)

    def act(session: Session) -> dict[str, object]:
        return {
            "endpoint_id": str(command.endpoint_id), "is_taken": answer.is_taken, "status": answer.status,
            "milliseconds": answer.milliseconds, "error": answer.error, "answer": answer.text,
        }  # fmt: skip

    return act


def _post(work: Work, url: str, secrets: tuple[str, ...], command: TestEventEndpoint) -> Answer:
    now = work.clock().astimezone(UTC)
    event = EventView(
        id=uuid7(),
        type=TYPE,
        schema_version=SCHEMA_VERSION,
        account_id=NOBODY,
        sequence=0,
        happened_at=now,
        data={"endpoint_id": str(command.endpoint_id)},
    )
    body = event.model_dump_json()
    deadlines = Deadlines()
    try:
        with Posting(url, deadlines, is_production=work.is_production) as posting:
            return posting.post(body.encode(), signed_headers(secrets, str(event.id), body, now))
    finally:
        deadlines.stop()
