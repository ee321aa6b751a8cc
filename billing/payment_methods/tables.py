"""Which ways to pay are offered where."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base


class ManualMethod(StrEnum):
    """Ways to pay by hand: a person sees the money come. Every other method is a gateway by its name."""

    BANK_TRANSFER = "bank_transfer"
    LOCAL_WALLET = "local_wallet"


class PaymentMethodConfig(Base):
    """One way to pay in one country, or in the rest of the world (`rest`): every country without rows of its own.

    `currencies` are ISO 4217 codes; none means every currency. A transfer without an IBAN goes where the seller's own
    payment instructions say.
    """

    __tablename__ = "payment_method_configs"
    __table_args__ = (
        UniqueConstraint("country", "method"),
        CheckConstraint("country = 'rest' OR country ~ '^[A-Z]{2}$'", name="country_iso_or_rest"),
        CheckConstraint(
            "method = 'bank_transfer' OR (iban = '' AND bic = '' AND account_name = '')", name="bank_is_of_a_transfer"
        ),
        CheckConstraint(
            "method = 'local_wallet' OR (wallet_kind = '' AND wallet_id = '')", name="wallet_is_of_a_wallet"
        ),
        CheckConstraint(
            "method <> 'local_wallet' OR NOT enabled OR (wallet_kind <> '' AND wallet_id <> '')",
            name="offered_wallet_is_known",
        ),
        CheckConstraint("(iban = '') = (account_name = '')", name="account_has_a_name"),
        CheckConstraint("bic = '' OR iban <> ''", name="bic_has_an_account"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    country: Mapped[str]
    method: Mapped[str]
    display_name: Mapped[str]
    sort_order: Mapped[int]
    enabled: Mapped[bool] = mapped_column(server_default="true")
    instructions: Mapped[str] = mapped_column(server_default="")
    iban: Mapped[str] = mapped_column(server_default="")
    bic: Mapped[str] = mapped_column(server_default="")
    account_name: Mapped[str] = mapped_column(server_default="")
    wallet_kind: Mapped[str] = mapped_column(server_default="")
    wallet_id: Mapped[str] = mapped_column(server_default="")
    currencies: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
