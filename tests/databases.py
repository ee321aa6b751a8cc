"""A database for each test, all under one name: what an engine has learned in one of them serves the next test, too.

An engine compiles each statement once. With one per test that alone took a third of the time of the rules' tests.
"""

from contextlib import closing

import psycopg2
from psycopg2 import sql
from sqlalchemy import Engine, make_url

from database.engine import make_engine
from database.lineage import refuse_restored
from stack.postgres import EmbeddedPostgres

NAME = "test"
POOL_SIZE = 20  # several hands and threads of one test share an engine

_engines: dict[str, Engine] = {}


def warm_engine(url: str) -> Engine:
    """The engine of this run for an address, with which workers of earlier tests have worked."""
    if url not in _engines:
        _engines[url] = refuse_restored(make_engine(url, pool_size=POOL_SIZE))
    return _engines[url]


def create(server: EmbeddedPostgres, template: str) -> None:
    """Copy a template that nobody is connected to."""
    # the other strategy writes each page to the log as well, for a crash in the middle of it
    _administer(server, f"CREATE DATABASE {NAME} TEMPLATE {template} STRATEGY file_copy")


def drop(server: EmbeddedPostgres) -> None:
    """Remove it, and whoever is connected to it."""
    for engine in _engines.values():
        engine.dispose()
    _administer(server, f"DROP DATABASE {NAME} WITH (FORCE)")


def hash_password_anew(server: EmbeddedPostgres) -> None:
    """The owner's, as the server's settings want it now; it was hashed before it knew them."""
    password = make_url(server.url()).password
    _administer(server, sql.SQL("ALTER ROLE CURRENT_USER PASSWORD {}").format(sql.Literal(password)))


def _administer(server: EmbeddedPostgres, statement: str | sql.Composed) -> None:
    with closing(psycopg2.connect(server.url("postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
