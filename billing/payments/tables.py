"""Payment attempts."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at


class AttemptStatus(StrEnum):
    """Where a payment attempt stands; `billing/README.md` draws it."""

    CREATED = "created"
    UNKNOWN = "unknown"
    PENDING = "pending"
    APPROVED = "approved"
    CAPTURED = "captured"
    FAILED = "failed"
    EXPIRED = "expired"


class AttemptKind(StrEnum):
    """How money is asked for.

    On a hosted page, for a purchase (`checkout`: its draft is issued when it is paid) or for an invoice that is issued
    (`page`); from a saved card; or by a gateway that runs the cycle itself.
    """

    CHECKOUT = "checkout"
    PAGE = "page"
    CHARGE = "charge"
    GATEWAY = "gateway"


# While an attempt stands here it may still take the money, and no second one is begun.
LIVE_ATTEMPTS = frozenset({AttemptStatus.CREATED, AttemptStatus.UNKNOWN, AttemptStatus.PENDING, AttemptStatus.APPROVED})


class PaymentAttempt(Base):
    """Our intention to be paid, written before the gateway hears of it. Its id is the gateway's idempotency key.

    `request` holds the frozen parameters of the call; `*_ref` are the gateway's ids; amounts are minor units. Each of
    the `approvals` of a page is a time that the customer agreed to pay, and is captured under a key of its own.
    `sent_at`, by the wall clock: when a charge was about to be sent last.
    """

    __tablename__ = "payment_attempts"
    __table_args__ = (
        one_of("status", AttemptStatus),
        one_of("kind", AttemptKind),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("(status = 'captured') = (captured_at IS NOT NULL)", name="captured_has_a_time"),
        Index(
            "uq_payment_attempts_checkout", "gateway", "checkout_ref", unique=True,
            postgresql_where=text("checkout_ref <> ''"),
        ),
        Index(
            "uq_payment_attempts_payment", "gateway", "payment_ref", unique=True,
            postgresql_where=text("payment_ref <> ''"),
        ),
        # of an invoice one attempt is under way at most: who is first wins, and the other begins when that one is over
        Index(
            "uq_payment_attempts_live", "invoice_id", unique=True,
            postgresql_where=text("kind <> 'gateway' AND status IN ('created', 'unknown', 'pending', 'approved')"),
        ),
        Index("ix_payment_attempts_invoice", "invoice_id"),
        # as people read it in the gateway's own pages
        Index("ix_payment_attempts_charge", "gateway", "charge_ref", postgresql_where=text("charge_ref <> ''")),
        Index("ix_payment_attempts_account", "account_id", "created_at", "id"),
        Index("ix_payment_attempts_failed", "created_at", postgresql_where=text("status = 'failed'")),
        Index("ix_payment_attempts_newest", "created_at", "id"),
        Index("ix_payment_attempts_look_up", "look_up_at", postgresql_where=text("look_up_at IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    kind: Mapped[AttemptKind] = mapped_column(server_default=AttemptKind.CHECKOUT)
    card_id: Mapped[UUID | None] = mapped_column(ForeignKey("cards.id"))
    cause: Mapped[str] = mapped_column(unique=True)
    gateway: Mapped[str]
    status: Mapped[AttemptStatus]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    request: Mapped[dict[str, Any]]
    checkout_ref: Mapped[str] = mapped_column(server_default="")
    checkout_url: Mapped[str] = mapped_column(server_default="")
    payment_ref: Mapped[str] = mapped_column(server_default="")
    charge_ref: Mapped[str] = mapped_column(server_default="")
    failure_code: Mapped[str] = mapped_column(server_default="")
    approvals: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = written_at()
    sent_at: Mapped[datetime | None]
    captured_at: Mapped[datetime | None]
    look_up_at: Mapped[datetime | None]
