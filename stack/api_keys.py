"""API keys from the command line, in whichever database this home works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from database.api_keys import ApiKey, create_key, list_keys, revoke_key
from database.engine import Database, make_engine
from settings import Settings
from stack.errors import StackError
from stack.prepare import migrate
from stack.stores import database_url


def create(settings: Settings, name: str, scopes: list[str]) -> str:
    """Make a key and return it; it cannot be read again."""
    with _session(settings) as session:
        return create_key(session, name, scopes)


def describe_all(settings: Settings) -> list[str]:
    """One line per key, newest first."""
    with _session(settings) as session:
        return [_describe(key) for key in list_keys(session)]


def revoke(settings: Settings, key_id: UUID) -> None:
    """End a key. Raises StackError when there is none with this id."""
    with _session(settings) as session:
        if not revoke_key(session, key_id, datetime.now(UTC)):
            raise StackError(f"there is no API key {key_id}; `cashbeat api-key list` shows them")


def _describe(key: ApiKey) -> str:
    state = "revoked" if key.revoked_at else "active"
    return f"{key.id}  {key.hint}  {state:<7}  {key.created_at:%Y-%m-%d}  {key.name}  {' '.join(key.scopes)}"


@contextmanager
def _session(settings: Settings) -> Iterator[Session]:
    with database_url(settings) as url:
        migrate(url)
        database = Database(make_engine(url))
        try:
            with database.transaction() as session:
                yield session
        finally:
            database.engine.dispose()
