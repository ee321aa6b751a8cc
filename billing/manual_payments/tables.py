"""Claims of payments that came past every gateway, and above which amount two people approve one."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from billing.payment_methods.tables import ManualMethod
from database.base import Base, in_calendar, of_letters, one_of, written_at
from schemas.proofs import BYTES_MAX

# whoever decides is kept with the door they came by; at another, or in capitals, they are the same person
_NAME = "lower(regexp_replace({}, '^(operator|key|staff)/', ''))"


class ClaimStatus(StrEnum):
    """Where a claim stands; `billing/README.md` draws it."""

    SUBMITTED = "submitted"
    AWAITING_SECOND = "awaiting_second_approval"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ManualPayment(Base):
    """Which way an invoice is to be paid, where the customer has chosen one past every gateway; the last one counts."""

    __tablename__ = "manual_payments"
    __table_args__ = (one_of("method", ManualMethod),)

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    method: Mapped[ManualMethod]
    chosen_at: Mapped[datetime] = written_at()


class PaymentClaim(Base):
    """So much is said to have been paid for an invoice on a day, in minor units of `currency`, once per cause.

    `submitted_at` is the account's time. `method` is the way by which the money came; its receipt names it where those
    of others name their gateway. `paid_as` is the reference that the payer has given, and `proof_sha256` names the
    proof, if there is one. Who approved it first, and what exactly they were shown (`first_seen`, a fingerprint), is
    kept until a second person has approved the same. `receipt_id` is the money, from the approval on, and `seen_minor`
    what of it stands on statements of the bank: lines of so much are matched with it.
    """

    __tablename__ = "payment_claims"
    __table_args__ = (
        one_of("method", ManualMethod),
        one_of("status", ClaimStatus),
        of_letters("currency", 3),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("seen_minor BETWEEN 0 AND amount_minor", name="seen_within_amount"),
        in_calendar("paid_on"),
        CheckConstraint("(first_approved_by = '') = (first_seen = '')", name="approved_what_was_seen"),
        CheckConstraint(
            "status <> 'awaiting_second_approval' OR first_approved_by <> ''", name="second_approval_has_a_first"
        ),
        CheckConstraint(
            f"status <> 'approved' OR {_NAME.format('decided_by')} <> {_NAME.format('first_approved_by')}",
            name="two_people_approve",
        ),
        CheckConstraint("(status = 'approved') = (receipt_id IS NOT NULL)", name="approved_is_received"),
        CheckConstraint("(status = 'rejected') = (reject_reason <> '')", name="rejected_for_a_reason"),
        CheckConstraint(
            "(status IN ('approved', 'rejected', 'withdrawn')) = (decided_at IS NOT NULL)", name="decided_has_a_time"
        ),
        CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name="decided_by_somebody"),
        Index("ix_payment_claims_account", "account_id", "created_at", "id"),
        Index("ix_payment_claims_invoice", "invoice_id"),
        Index("ix_payment_claims_reference", "paid_as"),
        Index("ix_payment_claims_newest", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    cause: Mapped[str] = mapped_column(unique=True)
    method: Mapped[ManualMethod]
    paid_as: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    paid_on: Mapped[date]
    proof_sha256: Mapped[str] = mapped_column(server_default="")
    status: Mapped[ClaimStatus]
    submitted_by: Mapped[str]
    submitted_at: Mapped[datetime]
    first_approved_by: Mapped[str] = mapped_column(server_default="")
    first_seen: Mapped[str] = mapped_column(server_default="")
    decided_by: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    reject_reason: Mapped[str] = mapped_column(server_default="")
    receipt_id: Mapped[UUID | None] = mapped_column(ForeignKey("receipts.id"), unique=True)
    seen_minor: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = written_at()


class PaymentProof(Base):
    """The file that proves a claim, as it came. It is handed out and never drawn."""

    __tablename__ = "payment_proofs"
    __table_args__ = (
        CheckConstraint("media_type IN ('application/pdf', 'image/png', 'image/jpeg')", name="media_type_known"),
        CheckConstraint(f"octet_length(content) <= {BYTES_MAX}", name="content_not_too_large"),
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("payment_claims.id"), primary_key=True)
    media_type: Mapped[str]
    content: Mapped[bytes]
    created_at: Mapped[datetime] = written_at()


class ApprovalLimit(Base):
    """Above so much of a currency, in its minor units, a second person has to approve. Of others one is enough."""

    __tablename__ = "approval_limits"
    __table_args__ = (of_letters("currency", 3), CheckConstraint("limit_minor >= 0", name="limit_not_negative"))

    currency: Mapped[str] = mapped_column(primary_key=True)
    limit_minor: Mapped[int]
