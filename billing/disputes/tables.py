"""Disputes."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, of_letters, one_of, written_at


class DisputeStatus(StrEnum):
    """Where a dispute stands; `billing/README.md` draws it. An inquiry has taken no money yet."""

    INQUIRY = "inquiry"
    INQUIRY_CLOSED = "inquiry_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


# the money is gone, and the bank has not decided whose it is
CONTESTED = frozenset({DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW})
# the gateway waits for an answer
UNANSWERED = frozenset({DisputeStatus.INQUIRY, DisputeStatus.NEEDS_RESPONSE})
ENDED = frozenset({DisputeStatus.INQUIRY_CLOSED, DisputeStatus.WON, DisputeStatus.LOST})
_HAVE_ENDED = ", ".join(repr(status.value) for status in DisputeStatus if status in ENDED)


class Dispute(Base):
    """The customer of one receipt has asked the bank for so much of it back, in minor units of `currency`.

    What really left is in receipts of its own, as is what came back. `reason` is the gateway's word. An answer counts
    until `evidence_due_at`; None where the bank takes none.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        one_of("status", DisputeStatus),
        of_letters("currency", 3),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(f"(closed_at IS NOT NULL) = (status IN ({_HAVE_ENDED}))", name="closed_with_a_time"),
        UniqueConstraint("gateway", "dispute_ref"),
        Index("ix_disputes_receipt", "receipt_id"),
        Index("ix_disputes_account", "account_id", "created_at", "id"),
        Index("ix_disputes_newest", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipts.id"))
    gateway: Mapped[str]
    dispute_ref: Mapped[str]
    status: Mapped[DisputeStatus]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    evidence_due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()


class DisputeEvidence(Base):
    """What speaks for us, as a PDF, as of the day when it was written last."""

    __tablename__ = "dispute_evidence"

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    content: Mapped[bytes]
    written_at: Mapped[datetime]
