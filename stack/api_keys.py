"""API keys from the command line."""

from datetime import UTC, datetime
from uuid import UUID

from database.api_keys import ApiKey, create_key, list_keys, revoke_key
from schemas.names import Name
from settings import Settings
from stack.arguments import checked
from stack.errors import StackError
from stack.sessions import reading, session


def create(settings: Settings, name: str, scopes: list[str]) -> str:
    """Make a key and return it; it cannot be read again. Raises StackError for a name that cannot be read."""
    name = checked(Name, name, "the name")
    with session(settings) as opened:
        return create_key(opened, name, scopes)


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
    return f"{key.id}  {key.hint}  {state:<7}  {key.created_at:%Y-%m-%d}  {key.name}  {' '.join(key.scopes)}"
