"""Invoices, their lines, their documents, and the counter that numbers them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.tax.decision import TaxReason
from database.base import Base, of_letters, one_of, written_at


class InvoiceStatus(StrEnum):
    """Where an invoice stands; `billing/README.md` draws it."""

    DRAFT = "draft"
    PENDING = "pending"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


# A purchase that a card is charged for stays a draft until it is paid.
CHARGEABLE = frozenset({InvoiceStatus.DRAFT, InvoiceStatus.PENDING})
# Issued and not paid: money that comes for it pays it.
OWED = frozenset({InvoiceStatus.PENDING, InvoiceStatus.UNCOLLECTIBLE})


class InvoiceReason(StrEnum):
    """What an invoice is for."""

    PURCHASE = "purchase"
    START = "start"
    RENEWAL = "renewal"
    CHANGE = "change"
    TOP_UP = "top_up"
    MANUAL = "manual"


class LineKind(StrEnum):
    """What a line is: a price, a price given back, a discount, or money kept on the account for later."""

    CHARGE = "charge"
    CREDIT = "credit"
    DISCOUNT = "discount"
    KEPT = "kept"


class Invoice(Base):
    """A bill. Totals are minor units of `currency`; `buyer` is the account as it was on the day of issue.

    What is left to pay is `total_minor` less `allocated_minor`: what receipts have paid of it. `balance_used_minor` is
    the share of that which was kept on the account and used when the invoice was issued; negative, it was owed from
    before and is asked for on top. `carried_over_minor` is a rest that is too small to be charged: it is not asked for,
    the invoice is paid without it, and the next one takes it up in its `balance_used_minor`. `credited_minor` is what
    credit notes have taken back of the total, `charged_back_minor` what lost disputes have taken back of what paid it,
    ever, and `contested_minor` what disputes claim of that now: until a bank has decided no credit note may take it.
    Whoever knows `pay_secret` may pay it without a login.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        one_of("status", InvoiceStatus),
        one_of("reason", InvoiceReason),
        of_letters("currency", 3),
        CheckConstraint("total_minor >= 0", name="total_not_negative"),
        one_of("tax_reason", TaxReason),
        CheckConstraint("balance_used_minor + carried_over_minor <= allocated_minor", name="balance_is_allocated"),
        CheckConstraint("allocated_minor <= total_minor", name="allocated_within_total"),
        CheckConstraint(
            "carried_over_minor = 0 OR (carried_over_minor > 0 AND allocated_minor = total_minor)",
            name="carried_over_is_the_rest",
        ),
        CheckConstraint("credited_minor BETWEEN 0 AND total_minor", name="credited_within_total"),
        CheckConstraint("charged_back_minor >= 0", name="charged_back_not_negative"),
        CheckConstraint(
            "contested_minor = 0 OR contested_minor BETWEEN 1 AND allocated_minor - credited_minor",
            name="contested_is_not_credited",
        ),
        CheckConstraint("status <> 'paid' OR allocated_minor = total_minor", name="paid_is_covered"),
        CheckConstraint("total_minor = subtotal_minor + tax_minor", name="total_adds_up"),
        CheckConstraint("status IN ('draft', 'void') OR number IS NOT NULL", name="numbered_once_issued"),
        CheckConstraint("(number IS NULL) = (issued_at IS NULL)", name="number_and_issue_together"),
        CheckConstraint("(status = 'paid') = (paid_at IS NOT NULL)", name="paid_has_a_time"),
        Index("ix_invoices_account", "account_id", "created_at", "id"),
        Index("ix_invoices_newest", "created_at", "id"),
        # lists of all accounts, in the orders and by the filters of the API
        Index("ix_invoices_status", "status", "created_at", "id"),
        Index("ix_invoices_issued", "issued_at", "id", postgresql_where=text("issued_at IS NOT NULL")),
        Index("ix_invoices_due", "due_at", "id", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_invoices_amount", "total_minor", "id"),
        Index("ix_invoices_subscription", "subscription_id", postgresql_where=text("subscription_id IS NOT NULL")),
        Index("ix_invoices_awaited", "due_at", postgresql_where=text("status = 'pending'")),
        Index("uq_invoices_gateway", "gateway", "invoice_ref", unique=True, postgresql_where=text("invoice_ref <> ''")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id"))
    reason: Mapped[InvoiceReason] = mapped_column(server_default=InvoiceReason.PURCHASE)
    gateway: Mapped[str] = mapped_column(server_default="")
    invoice_ref: Mapped[str] = mapped_column(server_default="")
    cause: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[InvoiceStatus]
    currency: Mapped[str]
    subtotal_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    tax_reason: Mapped[TaxReason] = mapped_column(server_default=TaxReason.NO_RATE)
    tax_evidence: Mapped[str] = mapped_column(server_default="")
    balance_used_minor: Mapped[int] = mapped_column(server_default="0")
    carried_over_minor: Mapped[int] = mapped_column(server_default="0")
    allocated_minor: Mapped[int] = mapped_column(server_default="0")
    credited_minor: Mapped[int] = mapped_column(server_default="0")
    charged_back_minor: Mapped[int] = mapped_column(server_default="0")
    contested_minor: Mapped[int] = mapped_column(server_default="0")
    buyer: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = written_at()
    issued_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    pay_secret: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))

    @property
    def due_minor(self) -> int:
        """What is asked for, or was: the total less what kept money met of it, more what was owed from before."""
        return self.total_minor - self.balance_used_minor - self.carried_over_minor

    @property
    def is_unsettled(self) -> bool:
        """Whether it is owed and was never paid: so far nothing was granted for it."""
        return self.status in OWED and not self.charged_back_minor

    @property
    def is_order(self) -> bool:
        """Of what is issued and not paid: whether a package was ordered, to be paid past every gateway."""
        return self.reason is InvoiceReason.PURCHASE and self.subscription_id is None

    @property
    def left_minor(self) -> int:
        """What is still to be paid."""
        return self.total_minor - self.allocated_minor

    @property
    def covered_minor(self) -> int:
        """What has paid of it and no credit note has taken back."""
        return self.allocated_minor - self.credited_minor

    @property
    def creditable_minor(self) -> int:
        """What of that no dispute claims."""
        return self.covered_minor - self.contested_minor


class InvoiceLine(Base):
    """One line; amounts are minor units of the invoice's currency, negative when given back.

    `credits` is what the line grants when paid, until `credits_expire_at`. The period is half-open.
    """

    __tablename__ = "invoice_lines"
    __table_args__ = (
        UniqueConstraint("invoice_id", "position"),
        one_of("kind", LineKind),
        CheckConstraint("net_minor = quantity * unit_minor", name="net_adds_up"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    position: Mapped[int]
    description: Mapped[str]
    quantity: Mapped[int]
    unit_minor: Mapped[int]
    net_minor: Mapped[int]
    tax_name: Mapped[str]
    tax_rate_ppm: Mapped[int]
    tax_minor: Mapped[int]
    credits: Mapped[int] = mapped_column(server_default="0")
    credits_expire_at: Mapped[datetime | None]
    kind: Mapped[LineKind] = mapped_column(server_default=LineKind.CHARGE)
    period_start: Mapped[datetime | None]
    period_end: Mapped[datetime | None]


class InvoiceCounter(Base):
    """The last number given in a month (UTC). Taking one locks the row until commit: no gaps, but one at a time."""

    __tablename__ = "invoice_counters"

    month: Mapped[date] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class InvoiceDocument(Base):
    """A rendered document, kept as it was sent."""

    __tablename__ = "invoice_documents"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    sha256: Mapped[str]
    created_at: Mapped[datetime] = written_at()


class NumberGap(Base):
    """Numbers of a month that no invoice here has, and why. They were, or may have been, given before a restore.

    `first_number` to `last_number`, both included.
    """

    __tablename__ = "invoice_number_gaps"
    __table_args__ = (
        CheckConstraint("first_number BETWEEN 1 AND last_number", name="range_in_order"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
    )

    month: Mapped[date] = mapped_column(primary_key=True)
    first_number: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]
    reason: Mapped[str]
    created_at: Mapped[datetime] = written_at()
