"""How far back the events of each gateway are in the inbox without a hole."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base
from database.inbox import InboxEvent


class EventPull(Base):
    """Everything that a gateway told of until then was asked for and stored; by the wall clock."""

    __tablename__ = "event_pulls"

    gateway: Mapped[str] = mapped_column(primary_key=True)
    pulled_until: Mapped[datetime]


def pulled_until(session: Session, gateway: str) -> datetime | None:
    """Where the last pull ended; before the first one, when the last event came by itself; None without any."""
    noted = session.get(EventPull, gateway)
    if noted is not None:
        return noted.pulled_until
    return session.scalar(select(func.max(InboxEvent.created_at)).where(InboxEvent.gateway == gateway))


def note_pull(session: Session, gateway: str, until: datetime) -> None:
    """A pull came so far. It never goes back: two pulls at once may end in any order."""
    statement = insert(EventPull).values(gateway=gateway, pulled_until=until)
    furthest = func.greatest(EventPull.pulled_until, statement.excluded.pulled_until)
    session.execute(
        statement.on_conflict_do_update(index_elements=["gateway"], set_={"pulled_until": furthest}),
        execution_options={"synchronize_session": False},
    )
