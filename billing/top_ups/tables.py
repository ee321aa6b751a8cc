"""Automatic top-ups."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base


class AutoTopUp(Base):
    """Buys a package by the default card when credits fall below a threshold.

    One purchase at a time: `invoice_id` is the one under way. At most `monthly_max` purchases of a month (UTC) are paid
    or under way; `purchases` counts those of `month`. `stopped_at` is set by what could not be bought, with the reason
    in `stop_code`, or by the customer (`ended`), and cleared by the customer alone.
    """

    __tablename__ = "auto_top_ups"
    __table_args__ = (
        CheckConstraint("top_up_below > 0 AND monthly_max > 0", name="limits_positive"),
        CheckConstraint("purchases BETWEEN 0 AND monthly_max", name="purchases_limited"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    package_id: Mapped[UUID] = mapped_column(ForeignKey("credit_packages.id"))
    top_up_below: Mapped[int]
    monthly_max: Mapped[int]
    month: Mapped[date | None]
    purchases: Mapped[int] = mapped_column(server_default="0")
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))
    stopped_at: Mapped[datetime | None]
    stop_code: Mapped[str] = mapped_column(server_default="")
