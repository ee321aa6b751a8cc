"""Test clocks."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, in_calendar, one_of, written_at


class ClockStatus(StrEnum):
    """Where a test clock stands: still, on its way, or where it was sent with things left to do there."""

    READY = "ready"
    ADVANCING = "advancing"
    ARRIVING = "arriving"


class TestClock(Base):
    """A time of its own for the accounts on it. It stands still until it is advanced, and never goes back.

    While it is not ready, time is on its way to `target_at`. `clock_ref` is the clock of a
    gateway beside it.
    """

    __tablename__ = "test_clocks"
    __test__ = False  # no test case, whatever pytest makes of the name
    __table_args__ = (
        one_of("status", ClockStatus),
        in_calendar("frozen_at"),
        in_calendar("target_at"),
        CheckConstraint("target_at >= frozen_at", name="time_goes_on"),
        CheckConstraint("(status = 'advancing') = (target_at > frozen_at)", name="advancing_has_a_way"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    status: Mapped[ClockStatus] = mapped_column(server_default=ClockStatus.READY)
    frozen_at: Mapped[datetime]
    target_at: Mapped[datetime]
    gateway: Mapped[str] = mapped_column(server_default="")
    clock_ref: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = written_at()
