"""Credit notes, their lines, their documents, and the counter that numbers them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, of_letters, one_of, written_at


class CreditNoteReason(StrEnum):
    """Why an invoice is corrected. The first five are said by whoever asks for it, the others follow from the case."""

    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"
    REQUESTED_BY_CUSTOMER = "requested_by_customer"
    ORDER_CHANGE = "order_change"
    PRODUCT_UNSATISFACTORY = "product_unsatisfactory"
    INVOICE_VOIDED = "invoice_voided"
    REFUNDED_AT_GATEWAY = "refunded_at_gateway"


class CreditNote(Base):
    """A paper that takes back a part or all of one issued invoice, once per cause.

    Amounts are minor units of `currency`, above zero. The total is money that goes back (`refunded_minor`), money that
    is kept for the customer's next invoices (`kept_minor`), and what was never paid (`unpaid_minor`). `buyer` is the
    one of the invoice. What is written here stays.
    """

    __tablename__ = "credit_notes"
    __table_args__ = (
        one_of("reason", CreditNoteReason),
        of_letters("currency", 3),
        CheckConstraint("total_minor > 0", name="total_positive"),
        CheckConstraint("total_minor = subtotal_minor + tax_minor", name="total_adds_up"),
        CheckConstraint("total_minor = refunded_minor + kept_minor + unpaid_minor", name="goes_somewhere"),
        CheckConstraint("least(refunded_minor, kept_minor, unpaid_minor) >= 0", name="goes_one_way"),
        Index("ix_credit_notes_invoice", "invoice_id"),
        Index("ix_credit_notes_account", "account_id", "created_at", "id"),
        Index("ix_credit_notes_newest", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("refunds.id"))
    cause: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[CreditNoteReason]
    note: Mapped[str] = mapped_column(server_default="")
    currency: Mapped[str]
    subtotal_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    refunded_minor: Mapped[int] = mapped_column(server_default="0")
    kept_minor: Mapped[int] = mapped_column(server_default="0")
    unpaid_minor: Mapped[int] = mapped_column(server_default="0")
    buyer: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime]
    created_at: Mapped[datetime] = written_at()


class CreditNoteLine(Base):
    """What is taken back of one line of the invoice, at the tax that it had; below zero where that line gave back."""

    __tablename__ = "credit_note_lines"
    __table_args__ = (
        UniqueConstraint("credit_note_id", "position"),
        CheckConstraint("net_minor <> 0 OR tax_minor <> 0", name="amount_moves"),
        Index("ix_credit_note_lines_invoice_line", "invoice_line_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_note_id: Mapped[UUID] = mapped_column(ForeignKey("credit_notes.id"))
    invoice_line_id: Mapped[UUID] = mapped_column(ForeignKey("invoice_lines.id"))
    position: Mapped[int]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]


class CreditNoteCounter(Base):
    """The last number given in a month (UTC), as of invoices: taking one locks the row until commit."""

    __tablename__ = "credit_note_counters"

    month: Mapped[date] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class CreditNoteGap(Base):
    """Numbers of a month that no credit note here has, and why: they may have been given before a restore.

    `first_number` to `last_number`, both included.
    """

    __tablename__ = "credit_note_number_gaps"
    __table_args__ = (
        CheckConstraint("first_number BETWEEN 1 AND last_number", name="range_in_order"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
    )

    month: Mapped[date] = mapped_column(primary_key=True)
    first_number: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]
    reason: Mapped[str]
    created_at: Mapped[datetime] = written_at()


class CreditNoteDocument(Base):
    """A rendered document, kept as it was sent."""

    __tablename__ = "credit_note_documents"

    credit_note_id: Mapped[UUID] = mapped_column(ForeignKey("credit_notes.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    sha256: Mapped[str]
    created_at: Mapped[datetime] = written_at()
