"""What is sent to the product's endpoints is signed with their secrets, which are sealed in the database."""

from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from credentials.endpoint_secrets import add_endpoint_secret, opened_secrets
from credentials.errors import Sealed
from credentials.master_keys import MasterKeys

log = structlog.get_logger(__name__)


class EndpointSecrets:
    """One process's way to them."""

    def __init__(self, keys: MasterKeys) -> None:
        self._keys = keys

    def open(self, session: Session, endpoint_id: UUID) -> tuple[str, ...]:
        """Those that sign now, the newest first. None where one stays sealed: nothing is sent, and nothing lost."""
        try:
            return opened_secrets(session, self._keys, endpoint_id)
        except Sealed as error:
            log.error("secret_stays_sealed", endpoint_id=str(endpoint_id), reason=str(error))
            return ()

    def add(self, session: Session, endpoint_id: UUID, secret: str) -> None:
        """Sign with this one from now on; those before end in a while. Raises MasterKeyMissing."""
        add_endpoint_secret(session, self._keys, endpoint_id, secret)
