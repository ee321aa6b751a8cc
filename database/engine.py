"""Connections with every timeout set: nothing of ours waits for ever."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import UUID

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from database.outbox import STAGED

# A worker child runs one task at a time; the second connection serves a nested read, the overflow a hand-over.
POOL_SIZE = 2
POOL_OVERFLOW = 1
POOL_WAIT_SECONDS = 5
RECYCLE_SECONDS = 1800
# a connection that rested for longer is tried before it is trusted
IDLE_SECONDS = 1.0

SERVER_OPTIONS = (
    "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s -c timezone=UTC"
)
LINK_OPTIONS = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def dialect_url(url: str) -> str:
    """Accept the plain `postgresql://` form everywhere; the driver is our business."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg2://{rest}" if scheme in ("postgresql", "postgres") else url


def link_options() -> dict[str, object]:
    """libpq options with all timeouts, ours and the server's."""
    return {**LINK_OPTIONS, "options": SERVER_OPTIONS}


def make_engine(url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    """An engine for this process alone; never carry one across a fork. Whom the address names is what it may do."""
    engine = create_engine(
        dialect_url(url),
        pool_size=pool_size,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_recycle=RECYCLE_SECONDS,
        connect_args=link_options(),
    )
    event.listen(engine, "checkin", _note_time)
    event.listen(engine, "checkout", _test_after_idling)
    return engine


def _note_time(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = time.monotonic()


def _test_after_idling(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """The pool's own pre-ping, but only where it can find something: it costs as much as a statement.

    Raises DisconnectionError for a dead connection, upon which the pool opens a fresh one.
    """
    if time.monotonic() - record.info.get("used_at", 0.0) < IDLE_SECONDS:
        return
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error


class Database:
    """One process's way to PostgreSQL. Collects what its transactions staged, so that the edge can ring for it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._staged: list[tuple[str, UUID]] = []

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commits at the end, rolls back on any exception. Nobody below an edge opens or commits one.

        Nothing is flushed behind our back: a half-changed row would meet the CHECK constraints in the middle of a verb.
        """
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            with session.begin():
                yield session
            self._staged.extend(session.info.pop(STAGED, ()))

    @contextmanager
    def rehearsal(self) -> Iterator[Session]:
        """Like a transaction, of which nothing is kept: what an act raises here it would raise now."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    def take_staged(self) -> list[tuple[str, UUID]]:
        """(topic, outbox id) of everything committed since the last call."""
        staged, self._staged = self._staged, []
        return staged


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """One command's way to PostgreSQL, closed at the end of the block."""
    database = Database(make_engine(url))
    try:
        yield database
    finally:
        database.engine.dispose()
