"""How fast a gateway may be called, by all workers together."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base


class CallRate(Base):
    """The instant from which the next call to a gateway is free. Whoever calls moves it on by its share of a second."""

    __tablename__ = "call_rates"

    gateway: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]
