"""Credit grants and the append-only record of what happened to them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at


class CreditSource(StrEnum):
    """Why credits were granted."""

    PACKAGE = "package"


class CreditMovement(StrEnum):
    """Why a grant's remaining credits changed."""

    GRANT = "grant"
    CONSUME = "consume"
    EXPIRE = "expire"


class CreditGrant(Base):
    """Credits from one cause, granted once. `remaining` is re-proved against the transactions; it is never negative."""

    __tablename__ = "credit_grants"
    __table_args__ = (
        one_of("source", CreditSource),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("remaining BETWEEN 0 AND amount", name="remaining_in_range"),
        Index("ix_credit_grants_usable", "account_id", "expires_at", postgresql_where=text("remaining > 0")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    source: Mapped[CreditSource]
    cause: Mapped[str] = mapped_column(unique=True)
    amount: Mapped[int]
    remaining: Mapped[int]
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class CreditTransaction(Base):
    """One movement of one grant: positive when granted, negative when consumed or expired. Never edited."""

    __tablename__ = "credit_transactions"
    __table_args__ = (
        one_of("movement", CreditMovement),
        CheckConstraint("(movement = 'grant') = (amount > 0)", name="sign_fits_movement"),
        UniqueConstraint("cause", "grant_id"),
        Index("ix_credit_transactions_account", "account_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    grant_id: Mapped[UUID] = mapped_column(ForeignKey("credit_grants.id"))
    movement: Mapped[CreditMovement]
    amount: Mapped[int]
    cause: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = written_at()
