"""What was done, as it was written; what of that may be erased; and the chain that holds it all.

An entry never changes. Its place in the chain is a row of its own, written by the sweep once the entry is committed:
no command waits in line for its number.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at


class ActorKind(StrEnum):
    """What acts. `LINK` is whoever has the address of a page, `OPERATOR` whoever types `cashbeat` commands."""

    KEY = "key"
    USER = "user"
    STAFF = "staff"
    PRODUCT = "product"
    LINK = "link"
    OPERATOR = "operator"
    SYSTEM = "system"


_OBJECTS = " AND ".join(f"jsonb_typeof({column}) = 'object'" for column in ("said", "before", "after"))


class AuditEntry(Base):
    """One thing that was done: what was said, and the fields that it changed, from what to what.

    Nothing personal and no secret is in it: what is personal lies in `AuditPersonal`, and here is its salted hash.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        one_of("actor_kind", ActorKind),
        CheckConstraint("actor_id <> '' AND action <> ''", name="somebody_did_something"),
        CheckConstraint(_OBJECTS, name="fields_are_objects"),
        Index("ix_audit_entries_newest", "created_at", "id"),
        Index(
            "ix_audit_entries_account",
            "account_id",
            "created_at",
            "id",
            postgresql_where=text("account_id IS NOT NULL"),
        ),
        Index("ix_audit_entries_actor", "actor_id", "created_at", "id"),
        Index("ix_audit_entries_operation", "operation_id", postgresql_where=text("operation_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = written_at()
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[str]
    actor_name: Mapped[str] = mapped_column(server_default="")
    actor_role: Mapped[str] = mapped_column(server_default="")
    account_id: Mapped[UUID | None]
    action: Mapped[str]
    operation_id: Mapped[UUID | None]
    said: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    personal_sha256: Mapped[str] = mapped_column(server_default="")


class AuditPersonal(Base):
    """What of an entry is personal, until it is erased. `salt` goes with it, so that nobody can guess it afterwards."""

    __tablename__ = "audit_personal"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("audit_entries.id"), primary_key=True)
    salt: Mapped[str]
    content: Mapped[dict[str, Any]]


class AuditLink(Base):
    """An entry's place in the chain, without a gap. `hash` covers the entry, its place and the hash before it."""

    __tablename__ = "audit_links"
    __table_args__ = (
        CheckConstraint("seq > 0", name="seq_positive"),
        CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name="hash_is_sha256"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("audit_entries.id"), unique=True)
    hash: Mapped[str]
    chained_at: Mapped[datetime] = written_at()


class AuditUnchained(Base):
    """An entry that has no place yet. A trigger writes it with the entry, whoever adds that."""

    __tablename__ = "audit_unchained"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("audit_entries.id"), primary_key=True)
