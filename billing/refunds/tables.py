"""Refunds."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.credit_notes.tables import CreditNoteReason
from database.base import Base, of_letters, one_of, written_at


class RefundStatus(StrEnum):
    """Where a refund stands; `billing/README.md` draws it."""

    CREATED = "created"
    UNKNOWN = "unknown"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


# they give nothing back, or have not, after all
WITHOUT_EFFECT = frozenset({RefundStatus.FAILED, RefundStatus.CANCELED})


class UsedCredits(StrEnum):
    """What becomes of credits that were bought with the money and are used already.

    `reduce`: only what is unused is refunded. `debt`: they are owed, and the next grant pays for them. `forgive`: the
    company bears them.
    """

    REDUCE = "reduce"
    DEBT = "debt"
    FORGIVE = "forgive"


class Refund(Base):
    """A part or all of one receipt goes back, once per cause. Its id is the gateway's idempotency key.

    Amounts are minor units of `currency`. `kept_minor` of it was kept for the customer, `unexplained_minor` fits
    neither what was kept nor an invoice (only where a gateway has refunded by itself); the rest is on credit notes.
    `request` holds the frozen parameters of the call. One that is paid out by hand names who did it, and the day.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        one_of("status", RefundStatus),
        one_of("reason", CreditNoteReason),
        one_of("used_credits", UsedCredits),
        of_letters("currency", 3),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("least(kept_minor, unexplained_minor) >= 0", name="shares_not_negative"),
        CheckConstraint("kept_minor + unexplained_minor <= amount_minor", name="shares_within_amount"),
        CheckConstraint("(paid_out_on IS NULL) = (paid_out_by = '')", name="paid_out_by_somebody"),
        Index("uq_refunds_reference", "gateway", "refund_ref", unique=True, postgresql_where=text("refund_ref <> ''")),
        Index("ix_refunds_receipt", "receipt_id"),
        Index("ix_refunds_account", "account_id", "created_at", "id"),
        Index("ix_refunds_newest", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipts.id"))
    cause: Mapped[str] = mapped_column(unique=True)
    gateway: Mapped[str]
    refund_ref: Mapped[str] = mapped_column(server_default="")
    status: Mapped[RefundStatus]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    kept_minor: Mapped[int] = mapped_column(server_default="0")
    unexplained_minor: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[CreditNoteReason]
    note: Mapped[str] = mapped_column(server_default="")
    used_credits: Mapped[UsedCredits]
    requested_by: Mapped[str]
    paid_out_by: Mapped[str] = mapped_column(server_default="")
    paid_out_on: Mapped[date | None]
    request: Mapped[dict[str, Any]]
    failure_code: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = written_at()
