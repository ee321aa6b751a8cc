"""The catalog's tables."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base


class CreditPackage(Base):
    """A prepaid package. `list_price_minor` is minor units of `currency`; `discount_ppm` parts per million off it."""

    __tablename__ = "credit_packages"
    __table_args__ = (
        CheckConstraint("credits > 0", name="credits_positive"),
        CheckConstraint("list_price_minor >= 0", name="price_not_negative"),
        CheckConstraint("discount_ppm BETWEEN 0 AND 1000000", name="discount_is_a_share"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    credits: Mapped[int]
    list_price_minor: Mapped[int]
    discount_ppm: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[str]
    featured: Mapped[bool] = mapped_column(server_default="false")
    sort_order: Mapped[int] = mapped_column(server_default="0")
    active: Mapped[bool] = mapped_column(server_default="true")
