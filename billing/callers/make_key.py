"""Make a key of which only what stands for it is known here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.callers.queries import lock_working
from billing.callers.rules import Maker, require_future, require_no_longer, require_within
from billing.errors import Rejected
from database.api_keys import ApiKey, KeyTerms, key_row
from schemas.commands.callers import CreateApiKey, CreateStaffKey
from schemas.permissions import StaffRole, of_key, of_staff


def make_key(session: Session, key_id: UUID, command: CreateApiKey, maker: Maker, now: datetime) -> ApiKey:
    """One for a server. Raises Rejected `beyond_maker`, `expires_in_past` and `account_not_found`."""
    require_within(maker, of_key(command.scopes))
    require_no_longer(maker, command.expires_at, command.requests_per_minute_max)
    require_future(command.expires_at, now)
    _require_accounts(session, command.account_ids or ())
    terms = KeyTerms(command.expires_at, command.account_ids, command.requests_per_minute_max)
    drawn = {"hint": command.hint, "secret_sha256": command.secret_sha256}
    return _added(session, key_row(key_id, command.name, sorted(set(command.scopes)), terms, **drawn))


def make_staff_key(session: Session, key_id: UUID, command: CreateStaffKey, maker: Maker, now: datetime) -> ApiKey:
    """One of a person, who may do with it what their role may, then and later.

    Raises Rejected `beyond_maker`, `expires_in_past`, `staff_not_found` and `staff_ended`.
    """
    member = lock_working(session, command.staff_id)
    require_within(maker, of_staff(StaffRole(member.role)))
    require_no_longer(maker, command.expires_at, None)
    require_future(command.expires_at, now)
    terms = KeyTerms(expires_at=command.expires_at, staff_id=member.id)
    drawn = {"hint": command.hint, "secret_sha256": command.secret_sha256}
    return _added(session, key_row(key_id, member.name, (), terms, **drawn))


def _require_accounts(session: Session, account_ids: tuple[UUID, ...]) -> None:
    known = set(session.scalars(select(Account.id).where(Account.id.in_(account_ids)))) if account_ids else set()
    for account_id in account_ids:
        if account_id not in known:
            raise Rejected("account_not_found", f"There is no account {account_id}.", status=404)


def _added(session: Session, key: ApiKey) -> ApiKey:
    session.add(key)
    session.flush()
    return key
