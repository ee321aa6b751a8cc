"""The embedded PostgreSQL keeps what it said it kept."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from stack.errors import StackError
from stack.leftovers import is_gone
from stack.ports import free_port
from stack.postgres import EmbeddedPostgres


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(tmp_path, free_port(0))
    postgres.start()
    yield postgres
    postgres.stop()


def run(server: EmbeddedPostgres, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(server.url(database))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def test_what_was_committed_survives_a_kill_and_the_port_stays(postgres: EmbeddedPostgres) -> None:
    address = postgres.url()
    postgres.create_database("cashbeat")
    run(postgres, "CREATE TABLE note (text text)", "cashbeat")
    run(postgres, "INSERT INTO note VALUES ('paid')", "cashbeat")
    with contextlib.closing(psycopg2.connect(postgres.url())) as idle, idle.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
        assert row is not None
        postgres.kill()
        _await_end(row[0])

    postgres.start()

    assert postgres.url() == address
    assert run(postgres, "SELECT text FROM note", "cashbeat") == [("paid",)]


def _await_end(backend: int) -> None:
    deadline = time.monotonic() + 5
    while not is_gone(backend):
        assert time.monotonic() < deadline, "a backend outlived its server"
        time.sleep(0.01)


def test_durability_is_on_and_the_clock_is_utc(postgres: EmbeddedPostgres) -> None:
    names = ("fsync", "synchronous_commit", "full_page_writes", "TimeZone", "server_encoding")
    found = {name: run(postgres, f"SHOW {name}")[0][0] for name in names}
    assert found == dict(zip(names, ("on", "on", "on", "UTC", "UTF8"), strict=True))


def test_nobody_enters_without_the_password(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
        psycopg2.connect(f"postgresql://cashbeat@127.0.0.1:{postgres.port}/postgres")
    assert (postgres.folder / "password").stat().st_mode & 0o077 == 0


def test_a_forgotten_server_is_cleared_before_the_next_start(postgres: EmbeddedPostgres) -> None:
    forgotten = postgres.pid
    assert forgotten is not None
    successor = EmbeddedPostgres(postgres.home, postgres.port)
    successor.start()
    try:
        assert successor.pid != forgotten
        assert run(successor, "SELECT 1") == [(1,)]
    finally:
        successor.stop()


def test_making_a_database_twice_is_fine(postgres: EmbeddedPostgres) -> None:
    postgres.create_database("cashbeat")
    postgres.create_database("cashbeat")
    assert run(postgres, "SELECT count(*) FROM pg_database WHERE datname = 'cashbeat'") == [(1,)]


def test_a_taken_port_is_said_in_one_sentence(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    other = EmbeddedPostgres(tmp_path / "other", postgres.port)
    with pytest.raises(StackError, match="Address already in use"):
        other.start()
    other.stop()
