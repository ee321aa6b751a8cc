"""Reads of who may call, as the verbs need them. Workers cannot read what stands for a key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.callers.rules import MAKES_CALLERS, Maker, gives_of_staff, require_within
from billing.errors import Rejected
from database.api_keys import ApiKey, is_of_key
from database.staff import STAFF_CALLER, StaffMember
from schemas.permissions import StaffRole, of_key, of_staff, without_company


def get_maker(session: Session, caller: str, now: datetime) -> Maker:
    """What an operation's caller may give, as it is now: it may have ended since it said so.

    Raises Rejected `maker_ended` for who is nobody any more, and for a product, which is none of these; and
    `beyond_maker` for who may make nobody.
    """
    maker = _of_staff(session, caller) if caller.startswith(STAFF_CALLER) else _of_server(session, caller, now)
    if maker is None:
        raise Rejected("maker_ended", "Only a key or a person that has not ended makes others.", status=403)
    require_within(maker, frozenset({MAKES_CALLERS}))
    return maker


def lock_key(session: Session, key_id: UUID) -> ApiKey:
    """Raises Rejected `api_key_not_found`."""
    key = session.get(ApiKey, key_id, with_for_update=True)
    if key is None:
        raise Rejected("api_key_not_found", f"There is no API key {key_id}.", status=404)
    return key


def lock_member(session: Session, member_id: UUID) -> StaffMember:
    """Raises Rejected `staff_not_found`."""
    member = session.get(StaffMember, member_id, with_for_update=True)
    if member is None:
        raise Rejected("staff_not_found", f"There is nobody with the id {member_id}.", status=404)
    return member


def lock_working(session: Session, member_id: UUID) -> StaffMember:
    """Raises Rejected `staff_ended` as well, for who works here no more."""
    member = lock_member(session, member_id)
    if member.ended_at is not None:
        raise Rejected("staff_ended", f"{member.name} has ended on {member.ended_at:%Y-%m-%d}.", status=409)
    return member


def _of_server(session: Session, caller: str, now: datetime) -> Maker | None:
    key = session.get(ApiKey, UUID(caller)) if is_of_key(caller) else None
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        return None
    permissions = of_key(key.scopes)
    allowed = permissions if key.account_ids is None else without_company(permissions)
    return Maker(allowed, key.expires_at, key.requests_per_minute_max)


def _of_staff(session: Session, caller: str) -> Maker | None:
    member = session.get(StaffMember, UUID(caller.removeprefix(STAFF_CALLER)))
    if member is None or member.ended_at is not None or member.role not in set(StaffRole):
        return None
    return Maker(gives_of_staff(of_staff(StaffRole(member.role))))
