"""Receipts and their allocations."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, of_letters, one_of, written_at


class ReceiptSource(StrEnum):
    """Where money came from: a payment that a gateway captured, or an invoice that gave back more than it charged."""

    CAPTURE = "capture"
    GIVEN_BACK = "given_back"


class ReceiptRemark(StrEnum):
    """Why a person should look at a receipt: the money fits nothing that was open. It is kept for the customer."""

    NONE = ""
    PAID_TWICE = "paid_twice"
    OTHER_AMOUNT = "other_amount"
    OTHER_CURRENCY = "other_currency"
    INVOICE_VOID = "invoice_void"


class Receipt(Base):
    """Money that really arrived, once per cause, in minor units of `currency`.

    `allocated_minor` is what of it pays invoices; the rest is the customer's balance. `reference` is the gateway's own
    of the payment: each is one receipt. `held_at` names the gateway that keeps the rest in a balance of its own: only
    the invoices that it writes are paid of it. `card_brand` and `card_last4` are those of the card that it came by, as
    it was then, where its gateway says so. `remark` calls a person until `looked_at` is set.
    """

    __tablename__ = "receipts"
    __table_args__ = (
        one_of("source", ReceiptSource),
        one_of("remark", ReceiptRemark),
        of_letters("currency", 3),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("allocated_minor BETWEEN 0 AND amount_minor", name="allocated_within_amount"),
        CheckConstraint("(source = 'capture') = (gateway <> '')", name="captured_at_a_gateway"),
        Index("uq_receipts_reference", "gateway", "reference", unique=True, postgresql_where=text("reference <> ''")),
        Index("ix_receipts_account", "account_id", "id"),
        Index("ix_receipts_kept", "account_id", "currency", postgresql_where=text("allocated_minor < amount_minor")),
        Index("ix_receipts_remarked", "id", postgresql_where=text("remark <> '' AND looked_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    source: Mapped[ReceiptSource]
    cause: Mapped[str] = mapped_column(unique=True)
    attempt_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_attempts.id"))
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


class Allocation(Base):
    """So much of a receipt pays an invoice; a negative one takes it back. Never edited."""

    __tablename__ = "allocations"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_moves"),
        Index("ix_allocations_invoice", "invoice_id"),
        Index("ix_allocations_receipt", "receipt_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipts.id"))
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    amount_minor: Mapped[int]
    created_at: Mapped[datetime] = written_at()
