"""One database for all tests of a process, one after the other: its connections stay warm, and so do its engines.

An engine compiles each statement once, and a connection plans it once. With one of each per test that took most of the
time of the rules' tests.
"""

from contextlib import closing

import psycopg2
from psycopg2 import sql
from sqlalchemy import Engine, make_url

from billing.catalog.seed import seed
from database.engine import Database, make_engine
from database.lineage import refuse_restored
from stack.postgres import EmbeddedPostgres
from tests.emptying import WARM, Emptier
from tests.planned_once import plan_once

NAME = "test"
POOL_SIZE = 20  # several hands and threads of one test share an engine

_engines: dict[str, Engine] = {}
_shared: "TestDatabase | None" = None


def warm_engine(url: str) -> Engine:
    """The engine of this run for an address, with which workers of earlier tests have worked."""
    if url not in _engines:
        named = make_url(url).update_query_dict({"application_name": WARM}).render_as_string(hide_password=False)
        _engines[url] = refuse_restored(make_engine(named, pool_size=POOL_SIZE))
        plan_once(_engines[url])
    return _engines[url]


class TestDatabase:
    """A copy of a template that nobody is connected to, made anew only when a test left what no deletion mends."""

    __test__ = False

    def __init__(self, server: EmbeddedPostgres, template: str) -> None:
        self._server, self._template = server, template
        self._emptier: Emptier | None = None

    def as_made(self) -> str:
        """Its address, for a test that finds it empty."""
        if self._emptier is None:
            # the other strategy writes each page to the log as well, for a crash in the middle of it
            _administer(self._server, f"CREATE DATABASE {NAME} TEMPLATE {self._template} STRATEGY file_copy")
            self._emptier = Emptier(self._server.url(NAME))
        return self._server.url(NAME)

    def give_catalog(self, database: Database) -> None:
        """What there is to sell at first. In empty books it is copied: to seed it takes as long as a short test."""
        empty = self._emptier if self._emptier is not None and self._emptier.is_empty() else None
        if empty is not None and empty.recall():
            return
        with database.transaction() as session:
            seed(session)
        if empty is not None:
            empty.remember()

    def tidy(self) -> None:
        """Take away what the test did."""
        if not self._is_tidy():
            self._drop()

    def _is_tidy(self) -> bool:
        try:
            return self._emptier is not None and self._emptier.empty()
        except psycopg2.OperationalError:  # the test ended the server, and with it this connection
            return False

    def _drop(self) -> None:
        if self._emptier is not None:
            self._emptier.close()
        self._emptier = None
        for engine in _engines.values():
            engine.dispose()
        _administer(self._server, f"DROP DATABASE {NAME} WITH (FORCE)")


def share(server: EmbeddedPostgres, template: str) -> TestDatabase:
    """The one of this process, from now on."""
    global _shared
    _shared = TestDatabase(server, template)
    return _shared


def give_catalog(database: Database) -> None:
    """Let it have what there is to sell at first. Raises RuntimeError where no test shares it."""
    if _shared is None:
        raise RuntimeError("these books are not those that tests share")
    _shared.give_catalog(database)


def hash_password_anew(server: EmbeddedPostgres) -> None:
    """The owner's, as the server's settings want it now; it was hashed before it knew them."""
    password = make_url(server.url()).password
    _administer(server, sql.SQL("ALTER ROLE CURRENT_USER PASSWORD {}").format(sql.Literal(password)))


def _administer(server: EmbeddedPostgres, statement: str | sql.Composed) -> None:
    with closing(psycopg2.connect(server.url("postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
