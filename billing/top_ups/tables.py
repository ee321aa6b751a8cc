"""Automatic top-ups."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base


class AutoTopUp(Base):
    """Buys a package by the default card when credits fall below a threshold.

    One purchase at a time: `invoice_id` is the one under way. `purchases` counts those of `month` (UTC) that are paid
    or under way; there are never more than `monthly_max`. A purchase that fails stops it: `stopped_at` with the reason
    in `stop_code`. So do a dispute, credits whose money goes back, and the customer, with the code `ended`. Only the
    customer lets it go on.
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
