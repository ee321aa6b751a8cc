"""A database session for one command, in whichever database this home works with."""

import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import extensions
from sqlalchemy import text
from sqlalchemy.orm import Session

from database import engine
from settings import Settings
from stack.deeds import audited
from stack.errors import StackError
from stack.explaining import explaining, place_of
from stack.stores import database_urls, known_database_url

# whoever only looks gives up so soon: at night a command that hangs is one more thing that is broken
READING_SECONDS = 5.0


@contextmanager
def session(settings: Settings) -> Iterator[Session]:
    """One transaction that commits at the end of the block; the embedded server is started for it when none runs.

    What it did is written down with it, see `stack.deeds`.

    Raises StackError when the database does not answer or was not migrated.
    """
    with database_urls(settings) as urls, transaction(urls.owner) as opened, audited(opened):
        yield opened


@contextmanager
def rehearsing(settings: Settings) -> Iterator[Session]:
    """The same, of which nothing is kept."""
    with database_urls(settings) as urls, rehearsal(urls.owner) as opened:
        yield opened


@contextmanager
def reading(settings: Settings) -> Iterator[Session]:
    """One transaction that can change nothing. Nothing is started, made or migrated for it.

    Raises StackError when no database is there, or when it does not answer within a few seconds.
    """
    url = url_to_read(settings)
    sys.stderr.write(f"reading the database {place_of(url)}\n")
    with _giving_up_after(READING_SECONDS), transaction(url) as opened:
        opened.execute(text("SET TRANSACTION READ ONLY"))
        yield opened


def url_to_read(settings: Settings) -> str:
    """The owner's address of a database that is there already. Raises StackError when none is."""
    url = known_database_url(settings)
    if not url:
        home = settings.cashbeat_home.absolute()
        raise StackError(f"no Cashbeat runs in {home}, and DATABASE_URL is not set; `cashbeat up` starts one")
    return url


@contextmanager
def transaction(url: str) -> Iterator[Session]:
    """One transaction in the database of this address. Raises StackError, as `explaining` does."""
    with explaining(url), engine.opened(url) as database, database.transaction() as opened:
        yield opened


@contextmanager
def rehearsal(url: str) -> Iterator[Session]:
    """The same, of which nothing is kept."""
    with explaining(url), engine.opened(url) as database, database.rehearsal() as opened:
        yield opened


@contextmanager
def _giving_up_after(seconds: float) -> Iterator[None]:
    """Within the block no statement, and no connecting, of this process is waited for longer than that.

    The server's own time-outs are no help where the server hangs, and libpq's knows connecting only.
    """

    def wait(connection: extensions.connection) -> None:
        deadline = time.monotonic() + seconds
        while (state := connection.poll()) != extensions.POLL_OK:
            reads = [connection] if state == extensions.POLL_READ else []
            writes = [] if reads else [connection]
            if not any(select.select(reads, writes, [], max(0.0, deadline - time.monotonic()))):
                raise psycopg2.OperationalError(f"no answer within {seconds:.0f} seconds")

    extensions.set_wait_callback(wait)
    try:
        yield
    finally:
        extensions.set_wait_callback(None)
