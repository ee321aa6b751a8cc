"""Credit grants and the append-only record of what happened to them."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at


class CreditSource(StrEnum):
    """Why credits were granted."""

    PACKAGE = "package"
    PLAN = "plan"
    ADJUSTMENT = "adjustment"


class CreditMovement(StrEnum):
    """Why a grant's remaining credits changed."""

    GRANT = "grant"
    CONSUME = "consume"
    EXPIRE = "expire"
    REVOKE = "revoke"
    REPAY = "repay"
    RETURN = "return"
    RESERVE = "reserve"
    RELEASE = "release"
    ADJUST = "adjust"


class DebtReason(StrEnum):
    """Why credits are owed: their money went back, or they were used before they were there, as was agreed."""

    RETURNED = "returned"
    OVERDRAFT = "overdraft"


class CreditGrant(Base):
    """Credits from one cause, granted once. `remaining` is re-proved against the transactions; it is never negative.

    While the subscription that granted them is paused nothing expires: `held_for` is what is left until the expiry.
    While the money that bought them is disputed it is so, too, and they cannot be used: then they are frozen.
    """

    __tablename__ = "credit_grants"
    __table_args__ = (
        one_of("source", CreditSource),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("remaining BETWEEN 0 AND amount", name="remaining_in_range"),
        CheckConstraint("held_for IS NULL OR expires_at IS NULL", name="held_does_not_expire"),
        CheckConstraint("NOT is_frozen OR expires_at IS NULL", name="frozen_does_not_expire"),
        Index("ix_credit_grants_usable", "account_id", "expires_at", postgresql_where=text("remaining > 0")),
        Index(
            "ix_credit_grants_expiring",
            "expires_at",
            postgresql_where=text("remaining > 0 AND expires_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    source: Mapped[CreditSource]
    cause: Mapped[str] = mapped_column(unique=True)
    amount: Mapped[int]
    remaining: Mapped[int]
    granted_at: Mapped[datetime]
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id"))
    expires_at: Mapped[datetime | None]
    held_for: Mapped[timedelta | None]
    is_frozen: Mapped[bool] = mapped_column(server_default="false")


class CreditTransaction(Base):
    """One movement of one grant: positive when granted, returned or released, else negative. Never edited.

    What a lost dispute has revoked is returned when its invoice is paid after all. What was reserved is released when
    its reservation ends, also where it is used in the same moment.
    """

    __tablename__ = "credit_transactions"
    __table_args__ = (
        one_of("movement", CreditMovement),
        CheckConstraint("(movement IN ('grant', 'return', 'release')) = (amount > 0)", name="sign_fits_movement"),
        UniqueConstraint("cause", "grant_id"),
        Index("ix_credit_transactions_account", "account_id", "created_at", "id"),
        Index("ix_credit_transactions_created", "created_at", postgresql_using="brin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    grant_id: Mapped[UUID] = mapped_column(ForeignKey("credit_grants.id"))
    movement: Mapped[CreditMovement]
    amount: Mapped[int]
    cause: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = written_at()


class CreditDebt(Base):
    """Credits that were used and whose money went back, or that were not there yet, once per cause.

    The next grants pay them, the oldest first. `cause` is that of the credit note, or of the use. `paid` is re-proved
    against the transactions.
    """

    __tablename__ = "credit_debts"
    __table_args__ = (
        one_of("reason", DebtReason),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("paid BETWEEN 0 AND amount", name="paid_in_range"),
        Index("ix_credit_debts_owed", "account_id", postgresql_where=text("paid < amount")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[DebtReason] = mapped_column(server_default=DebtReason.RETURNED)
    cause: Mapped[str] = mapped_column(unique=True)
    amount: Mapped[int]
    paid: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = written_at()


class BalanceWatch(Base):
    """A warning when an account's credits fall below a threshold: once per crossing, armed again when they rise.

    `is_low` says that the last crossing was warned of and no grant has brought the balance back since.
    """

    __tablename__ = "balance_watches"
    __table_args__ = (CheckConstraint("warn_below > 0", name="threshold_positive"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    warn_below: Mapped[int]
    is_low: Mapped[bool] = mapped_column(server_default="false")
    crossings: Mapped[int] = mapped_column(server_default="0")
