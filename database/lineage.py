"""Which history these books are part of. PostgreSQL begins another one when it is recovered from a backup.

A restored database does not know what was done after its backup: it would give invoice numbers twice, and charge
renewals again. So no worker touches it until `cashbeat restore-check` has brought it up to date.
"""

from contextlib import closing
from datetime import datetime
from typing import NamedTuple

import psycopg2
from sqlalchemy import CheckConstraint, Connection, Engine, event, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base

RESTORED = "the books were restored from a backup and not checked since: run `cashbeat restore-check`"
# the first eight digits of a WAL file's name are its timeline, as soon as it has begun
PRESENT = """
    SELECT (SELECT system_identifier::text FROM pg_control_system()),
           ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
"""
SAME = f"SELECT count(*) = 0 FROM database_lineage WHERE (system_identifier, timeline) <> ({PRESENT})"  # noqa: S608 - ours


class DatabaseLineage(Base):
    """The one row: the cluster and the timeline on which the books were last known to be whole."""

    __tablename__ = "database_lineage"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    system_identifier: Mapped[str]
    timeline: Mapped[int]
    checked_at: Mapped[datetime]


class History(NamedTuple):
    """A cluster, and one course of what happened to it."""

    system_identifier: str
    timeline: int


def present_history(session: Session) -> History:
    """What PostgreSQL says of itself."""
    return History(*session.execute(text(PRESENT)).one())


def is_restored(session: Session) -> bool:
    """Whether the books are on another history than the one they were last whole on."""
    known = session.scalar(select(DatabaseLineage))
    return known is not None and History(known.system_identifier, known.timeline) != present_history(session)


def accept_history(session: Session) -> None:
    """The books are whole as they stand now."""
    history = present_history(session)._asdict()
    statement = insert(DatabaseLineage).values(id=1, checked_at=func.now(), **history)
    session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"checked_at": func.now(), **history}),
        execution_options={"synchronize_session": False},
    )


def begin_history(connection: Connection) -> None:
    """New books are whole; those that have a history keep it."""
    cluster, timeline = connection.execute(text(PRESENT)).one()
    row = {"id": 1, "system_identifier": cluster, "timeline": timeline, "checked_at": func.now()}
    connection.execute(insert(DatabaseLineage).values(row).on_conflict_do_nothing())


def refuse_restored(engine: Engine) -> Engine:
    """Let nobody in by this engine as long as the books are restored and not checked.

    To whoever tries it is a database that does not answer: work waits, and nothing is lost.
    """
    event.listen(engine, "connect", _require_same)
    return engine


def _require_same(connection: DBAPIConnection, _record: object) -> None:
    with closing(connection.cursor()) as cursor:
        cursor.execute(SAME)
        row = cursor.fetchone()
    connection.rollback()
    if row is None or not row[0]:
        raise psycopg2.OperationalError(RESTORED)
