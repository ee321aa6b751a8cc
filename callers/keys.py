"""API keys of servers and of staff, looked up by their hash."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from callers.principal import Kind, Principal
from database.api_keys import ApiKey
from database.operations import PRODUCT_CALLER
from database.staff import STAFF_CALLER, StaffMember
from schemas.permissions import StaffRole, of_key, of_staff, without_company


def find_key(session: Session, hashed: str) -> Principal | None:
    """Who comes with the key of this hash; None where there is none, or it has ended.

    One of a server sees its own operations, and those that the product of the key's name handed over without the API;
    one that is bound to accounts its own alone: a product's may be about any account.
    """
    asked = select(ApiKey, StaffMember).outerjoin(StaffMember, StaffMember.id == ApiKey.staff_id)
    row = session.execute(asked.where(ApiKey.secret_sha256 == hashed, ApiKey.revoked_at.is_(None))).one_or_none()
    if row is None:
        return None
    key, member = row
    return _of_server(key) if member is None else _of_staff(key, member)


def principal_of(member: StaffMember) -> Principal | None:
    """One of the company's own people, however it was proved that it is them.

    Whoever has ended is nobody. One in a role that this version does not know is somebody who may do nothing.
    """
    if member.ended_at is not None:
        return None
    return Principal(
        kind=Kind.STAFF,
        id=str(member.id),
        caller=f"{STAFF_CALLER}{member.id}",
        permissions=of_staff(StaffRole(member.role)) if member.role in set(StaffRole) else frozenset(),
        role=member.role,
    )


def _of_server(key: ApiKey) -> Principal:
    permissions, accounts = of_key(key.scopes), key.account_ids
    return Principal(
        kind=Kind.KEY,
        id=str(key.id),
        caller=str(key.id),
        permissions=permissions if accounts is None else without_company(permissions),
        accounts=None if accounts is None else frozenset(accounts),
        also_sees=(PRODUCT_CALLER + key.name,) if accounts is None else (),
        ends_at=key.expires_at,
        key_id=key.id,
        requests_per_minute_max=key.requests_per_minute_max,
    )


def _of_staff(key: ApiKey, member: StaffMember) -> Principal | None:
    found = principal_of(member)
    if found is None:
        return None
    per_minute_max = key.requests_per_minute_max
    return replace(found, ends_at=key.expires_at, key_id=key.id, requests_per_minute_max=per_minute_max)
