"""Receipts and their allocations."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, of_letters, one_of, written_at


class ReceiptSource(StrEnum):
    """Where money came from, or by what it left again.

    It came by a payment that a gateway captured, or from an invoice that gave back more than it charged. It left by a
    refund or a dispute, or as what the gateway takes for one. What is carried over has not come yet: an invoice asks
    for less than can be charged, and the next one asks for it.
    """

    CAPTURE = "capture"
    GIVEN_BACK = "given_back"
    REFUND = "refund"
    DISPUTE = "dispute"
    DISPUTE_FEE = "dispute_fee"
    CARRIED_OVER = "carried_over"


# they pay nothing and are kept for nobody
REVERSALS = frozenset({ReceiptSource.REFUND, ReceiptSource.DISPUTE, ReceiptSource.DISPUTE_FEE})
_ARE_REVERSALS = f"source IN ({', '.join(repr(source.value) for source in ReceiptSource if source in REVERSALS)})"


class ReceiptRemark(StrEnum):
    """Why a person should look at a receipt.

    Money came that fits nothing that was open, and is kept for the customer. Or it left, or came back after all, and no
    document of ours says for what.
    """

    NONE = ""
    PAID_TWICE = "paid_twice"
    OTHER_AMOUNT = "other_amount"
    OTHER_CURRENCY = "other_currency"
    INVOICE_VOID = "invoice_void"
    REVERSED = "reversed"
    CAME_BACK = "came_back"
    REFUND_FAILED = "refund_failed"
    RESTORED = "restored"


class Receipt(Base):
    """Money that really arrived or left (then it is negative), once per cause, in minor units of `currency`.

    `allocated_minor` is what of it pays invoices; the rest is the customer's balance. `reference` is the gateway's
    own of the payment: each is one receipt; or of the refund or dispute: each of its movements is one. `attempt_id`
    is the payment that came, or of which it left, and `reverses_id` the receipt of which it left. `held_at` names
    the gateway that keeps the rest in a balance of its own: only the invoices that it writes are paid of it.
    `card_brand` and `card_last4` are those of the card that it came by, as it was then, where its gateway says so.
    `remark` calls a person until `looked_at` is set. What is carried over is a receipt of nothing that pays for an
    invoice all the same: less than nothing is left of it, until the next invoice takes that back.
    """

    __tablename__ = "receipts"
    __table_args__ = (
        one_of("source", ReceiptSource),
        one_of("remark", ReceiptRemark),
        of_letters("currency", 3),
        CheckConstraint("(amount_minor = 0) = (source = 'carried_over')", name="amount_moves"),
        CheckConstraint(f"amount_minor >= 0 OR {_ARE_REVERSALS}", name="only_reversals_leave"),
        CheckConstraint(
            "allocated_minor >= 0 AND (allocated_minor <= greatest(amount_minor, 0) OR source = 'carried_over')",
            name="allocated_within_amount",
        ),
        CheckConstraint(f"allocated_minor = 0 OR NOT {_ARE_REVERSALS}", name="reversals_pay_nothing"),
        CheckConstraint("(source IN ('given_back', 'carried_over')) = (gateway = '')", name="moved_at_a_gateway"),
        CheckConstraint(f"(reverses_id IS NOT NULL) = ({_ARE_REVERSALS})", name="reversals_leave_a_receipt"),
        Index(
            "uq_receipts_reference", "gateway", "reference", unique=True,
            postgresql_where=text("source = 'capture' AND reference <> ''"),
        ),
        Index("ix_receipts_reversals", "gateway", "reference", postgresql_where=text(_ARE_REVERSALS)),
        Index("ix_receipts_reversed", "reverses_id", postgresql_where=text(_ARE_REVERSALS)),
        Index("ix_receipts_account", "account_id", "created_at", "id"),
        Index("ix_receipts_received", "received_at", "id"),
        Index("ix_receipts_newest", "created_at", "id"),
        Index("ix_receipts_attempt", "attempt_id", postgresql_where=text("source = 'capture'")),
        Index("ix_receipts_kept", "account_id", "currency", postgresql_where=text("allocated_minor <> amount_minor")),
        Index("ix_receipts_remarked", "id", postgresql_where=text("remark <> '' AND looked_at IS NULL")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    source: Mapped[ReceiptSource]
    cause: Mapped[str] = mapped_column(unique=True)
    attempt_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_attempts.id"))
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("receipts.id"))
    gateway: Mapped[str] = mapped_column(server_default="")
    reference: Mapped[str] = mapped_column(server_default="")
    amount_minor: Mapped[int]
    currency: Mapped[str]
    allocated_minor: Mapped[int]
    held_at: Mapped[str] = mapped_column(server_default="")
    card_brand: Mapped[str] = mapped_column(server_default="")
    card_last4: Mapped[str] = mapped_column(server_default="")
    remark: Mapped[ReceiptRemark] = mapped_column(server_default="")
    received_at: Mapped[datetime]
    looked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()

    @property
    def kept_minor(self) -> int:
        """What of it is kept for the customer's next invoices; negative while what was carried over is owed."""
        return 0 if self.source in REVERSALS else self.amount_minor - self.allocated_minor


class Allocation(Base):
    """So much of a receipt pays an invoice, or went by a refund or a lost dispute; a negative one takes that back.

    Never edited.
    """

    __tablename__ = "allocations"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_moves"),
        CheckConstraint("num_nonnulls(invoice_id, refund_id, dispute_id) = 1", name="goes_one_way"),
        Index("ix_allocations_invoice", "invoice_id"),
        Index("ix_allocations_refund", "refund_id", postgresql_where=text("refund_id IS NOT NULL")),
        Index("ix_allocations_dispute", "dispute_id", postgresql_where=text("dispute_id IS NOT NULL")),
        Index("ix_allocations_receipt", "receipt_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipts.id"))
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("refunds.id"))
    dispute_id: Mapped[UUID | None] = mapped_column(ForeignKey("disputes.id"))
    amount_minor: Mapped[int]
    created_at: Mapped[datetime] = written_at()
