"""Beat's periods, each done once, and the heartbeat of every queue."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base, written_at


class JobPeriod(Base):
    """One period of one scheduled job. The primary key is what makes two beats harmless."""

    __tablename__ = "job_periods"

    job: Mapped[str] = mapped_column(primary_key=True)
    period_start: Mapped[datetime] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = written_at()


class Heartbeat(Base):
    """The last time a message went all the way: broker, a worker of this queue, PostgreSQL."""

    __tablename__ = "heartbeats"

    queue: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]
    worker: Mapped[str]


def begin_period(session: Session, job: str, interval_seconds: int) -> bool:
    """True for the first caller in the present period of the job, by the database's clock; false for all others."""
    start = func.to_timestamp(func.floor(func.extract("epoch", func.now()) / interval_seconds) * interval_seconds)
    statement = insert(JobPeriod).values(job=job, period_start=start).on_conflict_do_nothing()
    return session.execute(statement.returning(JobPeriod.job)).one_or_none() is not None


def record_heartbeat(session: Session, queue: str, worker: str) -> None:
    """Write that the queue is alive now."""
    beat = {"beat_at": func.now(), "worker": worker}
    statement = insert(Heartbeat).values(queue=queue, **beat)
    session.execute(statement.on_conflict_do_update(index_elements=["queue"], set_=beat))


def heartbeat_ages(session: Session) -> dict[str, float]:
    """Seconds since each queue's last heartbeat. A queue that never had one is missing."""
    age = func.extract("epoch", func.now() - Heartbeat.beat_at)
    return {queue: float(seconds) for queue, seconds in session.execute(select(Heartbeat.queue, age))}
