"""End a key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.callers.queries import lock_key
from database.api_keys import ApiKey


def revoke_key(session: Session, key_id: UUID, now: datetime) -> ApiKey:
    """From now on; what has ended already stays as it ended. Raises Rejected `api_key_not_found`."""
    key = lock_key(session, key_id)
    key.revoked_at = key.revoked_at or now
    return key
