"""The accounts table."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, of_letters, written_at


class Account(Base):
    """A customer of the SaaS company. `owner` is the product's own id of the person who may act for the account.

    `credit_debt_max` is how many credits it may owe: how far below zero a refund of used ones may take its balance.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        of_letters("country", 2),
        CheckConstraint("credit_debt_max >= 0", name="credit_debt_max_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    owner: Mapped[str]
    billing_email: Mapped[str]
    line1: Mapped[str]
    line2: Mapped[str]
    city: Mapped[str]
    region: Mapped[str]
    postal_code: Mapped[str]
    country: Mapped[str]
    tax_id: Mapped[str]
    clock_id: Mapped[UUID | None] = mapped_column(ForeignKey("test_clocks.id"))
    credit_debt_max: Mapped[int] = mapped_column(server_default="10000")
    created_at: Mapped[datetime] = written_at()


class GatewayCustomer(Base):
    """What a gateway calls an account, once we know.

    One that was deleted there stays, for news of what it had; the account gets another when it needs one.
    """

    __tablename__ = "gateway_customers"
    __table_args__ = (
        Index(
            "uq_gateway_customers_live",
            "account_id",
            "gateway",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    gateway: Mapped[str] = mapped_column(primary_key=True)
    customer_ref: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = written_at()
    deleted_at: Mapped[datetime | None]
