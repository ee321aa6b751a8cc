"""Addresses to which mail has stopped."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of


class StopReason(StrEnum):
    """Why no mail is sent there: it came back for good, or its owner called it spam."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"


class StoppedAddress(Base):
    """No mail goes to this address (in small letters) since `stopped_at`, unless a person has lifted that since.

    `said` is what the mail server answered, `email_ref` the sender's name of the mail. Times are those of the wall.
    """

    __tablename__ = "stopped_addresses"
    __table_args__ = (
        one_of("reason", StopReason),
        CheckConstraint("address = lower(address)", name="address_in_small_letters"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by = '')", name="lifted_by_somebody"),
        Index("ix_stopped_addresses_standing", "stopped_at", postgresql_where=text("lifted_at IS NULL")),
    )

    address: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[StopReason]
    said: Mapped[str] = mapped_column(server_default="")
    email_ref: Mapped[str] = mapped_column(server_default="")
    stopped_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(server_default="")
