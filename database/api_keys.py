"""Server API keys: shown once, stored as a hash."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.among import is_among
from database.base import Base, written_at
from database.ids import uuid7
from database.staff import StaffMember

PREFIX = "cb_sk_"
SECRET_BYTES = 32


class ApiKey(Base):
    """One caller. `secret_sha256` is a plain hash: the key has 256 random bits, so a slow hash would add nothing.

    `account_ids` are those that it may touch, null: every one. `requests_per_minute_max` is its own, null: as all.
    One of a member of staff has `staff_id`, and no scopes: what it may do is what their role may.
    `last_used_at` is written by the door once in a while, and may lag behind by a minute.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("cardinality(account_ids) > 0", name="bound_to_an_account"),
        CheckConstraint("staff_id IS NULL OR (account_ids IS NULL AND scopes = '{}')", name="staff_by_role_alone"),
        CheckConstraint("requests_per_minute_max > 0", name="requests_per_minute_max_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    hint: Mapped[str]
    # only the door may read it; others never load it
    secret_sha256: Mapped[str] = mapped_column(unique=True, deferred=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    account_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(UUID_COLUMN))
    requests_per_minute_max: Mapped[int | None]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey(StaffMember.id))
    created_at: Mapped[datetime] = written_at()
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


def hash_key(key: str) -> str:
    """What is stored and looked up instead of the key."""
    return hashlib.sha256(key.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """What a key is made with beside its name and scopes: until when, for whom alone, how often in a minute
    at most, and whose of staff."""

    expires_at: datetime | None = None
    account_ids: tuple[UUID, ...] | None = None
    requests_per_minute_max: int | None = None
    staff_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DrawnKey:
    """A key that was drawn just now: the text itself, which nothing keeps, and the two that stand for it."""

    text: str
    hint: str
    secret_sha256: str


def draw_key() -> DrawnKey:
    """A new one that nobody can guess, of 256 random bits."""
    text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    return DrawnKey(text, f"{text[:10]}…{text[-4:]}", hash_key(text))


def create_key(session: Session, name: str, scopes: list[str], terms: KeyTerms = KeyTerms()) -> str:
    """Write a new key and return it; this is the only time it can be read."""
    drawn = draw_key()
    session.add(key_row(uuid7(), name, scopes, terms, hint=drawn.hint, secret_sha256=drawn.secret_sha256))
    return drawn.text


def key_row(
    key_id: UUID, name: str, scopes: Collection[str], terms: KeyTerms, *, hint: str, secret_sha256: str
) -> ApiKey:
    """The row of a key that was drawn, whoever drew it."""
    return ApiKey(
        id=key_id,
        name=name,
        hint=hint,
        secret_sha256=secret_sha256,
        scopes=list(scopes),
        account_ids=None if terms.account_ids is None else list(terms.account_ids),
        requests_per_minute_max=terms.requests_per_minute_max,
        staff_id=terms.staff_id,
        expires_at=terms.expires_at,
    )


def list_keys(session: Session) -> list[ApiKey]:
    """All keys, newest first, without their secrets."""
    return list(session.scalars(select(ApiKey).order_by(ApiKey.created_at.desc())))


def is_of_key(caller: str) -> bool:
    """Whether an operation's caller is a server's key: those are remembered by its id alone."""
    try:
        return str(UUID(caller)) == caller
    except ValueError:
        return False


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


def record_uses(session: Session, key_ids: Collection[UUID], now: datetime) -> None:
    """Write that these keys were used just now. Goes never back, whichever process comes last."""
    is_news = func.coalesce(ApiKey.last_used_at, ApiKey.created_at) < now
    session.execute(update(ApiKey).where(is_among(ApiKey.id, list(key_ids)), is_news).values(last_used_at=now))
