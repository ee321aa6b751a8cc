"""An API key for trying things out, made with the first start and kept in the home."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from database import engine
from database.api_keys import ApiKey, create_key, hash_key
from schemas.permissions import WHOLE_SCOPES
from stack import home as homes

KEY_NAME = "development"


def ensure(database_url: str, home: Path) -> str:
    """The key of this home, valid in this database; a fresh one after either was wiped or the key was revoked."""
    path = home / "secrets" / "api_key"
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    with engine.opened(database_url) as database, database.transaction() as session:
        if known and _is_valid(session, known):
            return known
        key = create_key(session, KEY_NAME, list(WHOLE_SCOPES))
    homes.write_private(path, key)
    return key


def _is_valid(session: Session, key: str) -> bool:
    found = select(ApiKey.id).where(ApiKey.secret_sha256 == hash_key(key), ApiKey.revoked_at.is_(None))
    return session.scalar(found) is not None
