"""Server API keys, looked up by their hash."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from callers.principal import Kind, Principal
from database.api_keys import ApiKey
from database.operations import PRODUCT_CALLER
from schemas.permissions import of_key


def find_key(session: Session, hashed: str) -> Principal | None:
    """Who comes with the key of this hash; None where there is none, or it was revoked.

    It sees its own operations, and those that the product of the key's name handed over without the API.
    """
    found = session.scalar(select(ApiKey).where(ApiKey.secret_sha256 == hashed, ApiKey.revoked_at.is_(None)))
    if found is None:
        return None
    return Principal(
        kind=Kind.KEY,
        id=str(found.id),
        caller=str(found.id),
        permissions=of_key(found.scopes),
        also_sees=(PRODUCT_CALLER + found.name,),
        ends_at=found.expires_at,
    )
