"""Server API keys, looked up by their hash."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from callers.principal import Kind, Principal
from database.api_keys import ApiKey
from database.operations import PRODUCT_CALLER
from schemas.permissions import of_key, without_company


def find_key(session: Session, hashed: str) -> Principal | None:
    """Who comes with the key of this hash; None where there is none, or it was revoked.

    It sees its own operations, and those that the product of the key's name handed over without the API. One that is
    bound to accounts sees its own alone: a product's may be about any account.
    """
    found = session.scalar(select(ApiKey).where(ApiKey.secret_sha256 == hashed, ApiKey.revoked_at.is_(None)))
    if found is None:
        return None
    permissions, accounts = of_key(found.scopes), found.account_ids
    return Principal(
        kind=Kind.KEY,
        id=str(found.id),
        caller=str(found.id),
        permissions=permissions if accounts is None else without_company(permissions),
        accounts=None if accounts is None else frozenset(accounts),
        also_sees=(PRODUCT_CALLER + found.name,) if accounts is None else (),
        ends_at=found.expires_at,
        key_id=found.id,
        requests_per_minute_max=found.requests_per_minute_max,
    )
