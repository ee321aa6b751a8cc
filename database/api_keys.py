"""Server API keys: shown once, stored as a hash."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base, written_at
from database.ids import uuid7

PREFIX = "cb_sk_"
SECRET_BYTES = 32


class ApiKey(Base):
    """One caller. `secret_sha256` is a plain hash: the key has 256 random bits, so a slow hash would add nothing."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    hint: Mapped[str]
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    created_at: Mapped[datetime] = written_at()
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


def hash_key(key: str) -> str:
    """What is stored and looked up instead of the key."""
    return hashlib.sha256(key.encode()).hexdigest()


def create_key(session: Session, name: str, scopes: list[str], expires_at: datetime | None = None) -> str:
    """Write a new key and return it; this is the only time it can be read."""
    key = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    hint = f"{key[:10]}…{key[-4:]}"
    session.add(
        ApiKey(id=uuid7(), name=name, hint=hint, secret_sha256=hash_key(key), scopes=scopes, expires_at=expires_at)
    )
    return key


def list_keys(session: Session) -> list[ApiKey]:
    """All keys, newest first, without their secrets."""
    return list(session.scalars(select(ApiKey).order_by(ApiKey.created_at.desc())))


def name_of_key(session: Session, key_id: UUID) -> str:
    """Whose key it is, or was: a key that is replaced has another id, and keeps its name."""
    return session.scalars(select(ApiKey.name).where(ApiKey.id == key_id)).one()


def revoke_key(session: Session, key_id: UUID, now: datetime) -> bool:
    """End a key at once; false when there is no such key. Ingress processes forget it within their cache time."""
    key = session.get(ApiKey, key_id)
    if key is None:
        return False
    key.revoked_at = key.revoked_at or now
    return True
