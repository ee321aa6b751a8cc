"""Copies of all that is known of an account, for whom it is about."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, written_at


class AccountExport(Base):
    """A copy that was asked for: `parts_done` of its `parts` are written; then it is ready.

    Until it expires, `content` is a ZIP file.
    """

    __tablename__ = "account_exports"
    __table_args__ = (
        CheckConstraint("parts_done BETWEEN 0 AND parts", name="parts_in_order"),
        CheckConstraint(
            "(ready_at IS NOT NULL) = (content IS NOT NULL) AND (ready_at IS NOT NULL) = (expires_at IS NOT NULL)",
            name="ready_is_whole",
        ),
        Index("uq_account_exports_asked", "account_id", unique=True, postgresql_where=text("ready_at IS NULL")),
        Index("ix_account_exports_account", "account_id", "asked_at"),
        Index("ix_account_exports_expires", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    parts: Mapped[int]
    parts_done: Mapped[int] = mapped_column(server_default="0")
    content: Mapped[bytes | None]
    asked_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = written_at()
