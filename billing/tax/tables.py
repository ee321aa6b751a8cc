"""The tax rate table; empty means no tax."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, of_letters


class TaxRate(Base):
    """A rate of one country, valid in `[valid_from, valid_until)`, UTC days. `rate_ppm`: 190_000 is 19 %."""

    __tablename__ = "tax_rates"
    __table_args__ = (
        UniqueConstraint("country", "valid_from"),
        of_letters("country", 2),
        CheckConstraint("valid_until > valid_from", name="valid_for_a_day"),
        CheckConstraint("rate_ppm BETWEEN 0 AND 1000000", name="rate_is_a_share"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    country: Mapped[str]
    name: Mapped[str]
    rate_ppm: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
