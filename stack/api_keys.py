"""API keys from the command line."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from billing.accounts.tables import Account
from database.api_keys import ApiKey, KeyTerms, create_key, list_keys, revoke_key
from schemas.names import Name
from settings import Settings
from stack.arguments import checked, instant
from stack.errors import StackError
from stack.sessions import reading, session


def create(
    settings: Settings,
    name: str,
    scopes: list[str],
    account_ids: Collection[UUID] = (),
    requests_per_minute_max: int | None = None,
    expires: str | None = None,
) -> str:
    """Make a key and return it; it cannot be read again. Without accounts it may touch every one.

    Raises StackError for a name or a time that cannot be read, and for an account that there is not.
    """
    name = checked(Name, name, "the name")
    terms = KeyTerms(instant(expires, "--expires"), tuple(account_ids) or None, requests_per_minute_max)
    with session(settings) as opened:
        for account_id in account_ids:
            if opened.get(Account, account_id) is None:
                raise StackError(f"there is no account {account_id}")
        return create_key(opened, name, scopes, terms)


def describe_all(settings: Settings) -> list[str]:
    """One line per key, newest first."""
    with reading(settings) as opened:
        return [_describe(key) for key in list_keys(opened)]


def revoke(settings: Settings, key_id: UUID) -> None:
    """End a key. Raises StackError when there is none with this id."""
    with session(settings) as opened:
        if not revoke_key(opened, key_id, datetime.now(UTC)):
            raise StackError(f"there is no API key {key_id}; `cashbeat api-key list` shows them")


def _describe(key: ApiKey) -> str:
    state = "revoked" if key.revoked_at else "active"
    used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    terms = [f"of staff {key.staff_id}" if key.staff_id else " ".join(key.scopes)]
    if key.account_ids is not None:
        terms.append(f"for {' '.join(map(str, key.account_ids))} alone")
    if key.requests_per_minute_max is not None:
        terms.append(f"at most {key.requests_per_minute_max} a minute")
    if key.expires_at is not None:
        terms.append(f"until {key.expires_at:%Y-%m-%d %H:%M}")
    about = f"{key.id}  {key.hint}  {state:<7}  {key.created_at:%Y-%m-%d}  {used}  {key.name}"
    return f"{about}  {', '.join(terms)}"
