"""What the product counts for us."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, written_at


class ReportedCount(Base):
    """How many sites and users an account has, as the product last said, and at which instant it had counted each."""

    __tablename__ = "reported_counts"
    __table_args__ = (
        CheckConstraint("sites >= 0 AND users >= 0", name="counts_not_negative"),
        CheckConstraint(
            "(sites IS NULL) = (sites_at IS NULL) AND (users IS NULL) = (users_at IS NULL)", name="counted_at_a_time"
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    sites: Mapped[int | None]
    sites_at: Mapped[datetime | None]
    users: Mapped[int | None]
    users_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()
