"""Saved cards, and wallets. The gateway has the card; we have its name and what may be shown of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at
from schemas.facts.customers import SavedKind


class Card(Base):
    """A card saved at a gateway, or an account with a wallet: what is charged while the customer is away.

    At most one per account is the default; a detached one is charged no more, for good. A wallet has a `holder` in the
    place of digits and expiry. `chosen_at` is when it was last chosen, in the account's own time and whole
    seconds. `fallback_order` is its place among those that are tried when the default is refused for good: 1 first,
    null last.
    """

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("gateway", "card_ref"),
        one_of("kind", SavedKind),
        CheckConstraint("kind <> 'card' OR (exp_month IS NOT NULL AND exp_year IS NOT NULL)", name="cards_expire"),
        CheckConstraint("NOT (is_default AND detached_at IS NOT NULL)", name="default_is_attached"),
        Index("uq_cards_default", "account_id", unique=True, postgresql_where=text("is_default")),
        CheckConstraint("fallback_order > 0", name="place_from_one"),
        Index(
            "uq_cards_fallback_order", "account_id", "fallback_order", unique=True,
            postgresql_where=text("fallback_order IS NOT NULL"),
        ),
        Index("ix_cards_account", "account_id", "id"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    gateway: Mapped[str]
    card_ref: Mapped[str]
    customer_ref: Mapped[str]
    kind: Mapped[SavedKind] = mapped_column(server_default=SavedKind.CARD)
    brand: Mapped[str]
    last4: Mapped[str]
    holder: Mapped[str] = mapped_column(server_default="")
    exp_month: Mapped[int | None]
    exp_year: Mapped[int | None]
    is_default: Mapped[bool] = mapped_column(server_default="false")
    chosen_at: Mapped[datetime | None]
    fallback_order: Mapped[int | None]
    detached_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()
