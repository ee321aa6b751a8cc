"""`GET /v1/events/endpoints/{id}/secret/`: what an endpoint's messages are signed with, for who may change it."""

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.events.queries import get_endpoint
from credentials.endpoint_secrets import opened_secrets
from credentials.errors import Sealed
from credentials.master_keys import MasterKeys
from ingress.identity import Identity
from ingress.noted import noted
from ingress.problems import Problem
from ingress.queries.answers import as_json
from ingress.reads import Reads
from schemas.views.events import EndpointSecretView

PERMISSION = "events:write"


class ShownSecrets:
    """Opens what is sealed in the database, as no command may bring or answer a secret: both are kept as they are."""

    def __init__(self, reads: Reads, identity: Identity, keys: MasterKeys) -> None:
        self._reads = reads
        self._identity = identity
        self._keys = keys

    async def show(self, request: Request) -> Response:
        """The secret; nobody on the way keeps it."""
        principal = await self._identity.require(request, PERMISSION)
        endpoint_id: UUID = request.path_params["id"]
        read = noted(principal, PERMISSION, request, lambda session: self._read(session, endpoint_id), {})
        answer = as_json(await self._reads.run(read, principal.sight))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _read(self, session: Session, endpoint_id: UUID) -> EndpointSecretView:
        get_endpoint(session, endpoint_id)
        try:
            secrets = opened_secrets(session, self._keys, endpoint_id)
        except Sealed:
            secrets = ()
        if not secrets:
            raise Problem(
                409, "endpoint_secret_sealed", "This secret stays sealed; roll it, or give back its master key."
            )
        return EndpointSecretView(endpoint_id=endpoint_id, secret=secrets[0], secrets=list(secrets))
