"""Saved cards. The gateway has the card; we have its name and what may be shown of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, written_at


class Card(Base):
    """A card saved at a gateway. At most one per account is the default; a detached one cannot be charged any more."""

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("gateway", "card_ref"),
        CheckConstraint("NOT (is_default AND detached_at IS NOT NULL)", name="default_is_attached"),
        Index("uq_cards_default", "account_id", unique=True, postgresql_where=text("is_default")),
        Index("ix_cards_account", "account_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    gateway: Mapped[str]
    card_ref: Mapped[str]
    customer_ref: Mapped[str]
    brand: Mapped[str]
    last4: Mapped[str]
    exp_month: Mapped[int]
    exp_year: Mapped[int]
    is_default: Mapped[bool] = mapped_column(server_default="false")
    detached_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()
