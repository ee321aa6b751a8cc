"""Test clocks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, written_at


class TestClock(Base):
    """A time of its own for the accounts on it. It stands still until it is advanced, and never goes back.

    While `target_at` is ahead of `frozen_at`, time is on its way there. `clock_ref` is the clock of a
    gateway beside it.
    """

    __tablename__ = "test_clocks"
    __test__ = False  # no test case, whatever pytest makes of the name
    __table_args__ = (CheckConstraint("target_at >= frozen_at", name="time_goes_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    frozen_at: Mapped[datetime]
    target_at: Mapped[datetime]
    gateway: Mapped[str] = mapped_column(server_default="")
    clock_ref: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = written_at()
