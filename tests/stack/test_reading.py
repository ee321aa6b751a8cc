"""Commands that only look change nothing, say where they look, and do not hang."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from database.engine import dialect_url
from stack.ports import LOOPBACK
from stack.postgres import EmbeddedPostgres
from tests.stack.test_command_line import cashbeat

LOOKS = (("parked",), ("api-key", "list"), ("plan", "list"), ("tax", "list"))


@pytest.fixture
def mute_server() -> Iterator[int]:
    """Takes connections and never says a word."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def empty_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """A database that was never migrated."""
    postgres_server.create_database("empty")
    yield postgres_server.url("empty")
    postgres_server.drop_database("empty")


@pytest.fixture(params=LOOKS, ids=" ".join)
def look(request: pytest.FixtureRequest) -> tuple[str, ...]:
    looked: tuple[str, ...] = request.param
    return looked


def test_without_a_database_nothing_is_started_or_made(look: tuple[str, ...], tmp_path: Path) -> None:
    home = tmp_path / "home"
    refused = cashbeat(*look, home=home)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        f"cashbeat: no Cashbeat runs in {home}, and DATABASE_URL is not set; `cashbeat up` starts one\n"
    )
    assert not home.exists()


def test_a_database_that_was_not_migrated_stays_as_it_is(look: tuple[str, ...], tmp_path: Path, empty_url: str) -> None:
    refused = cashbeat(*look, home=tmp_path, DATABASE_URL=empty_url)
    assert refused.returncode == 2
    assert "is not up to date; run `cashbeat migrate`" in refused.stderr
    engine = create_engine(dialect_url(empty_url))
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_it_says_which_database_it_reads_and_no_password(
    look: tuple[str, ...], tmp_path: Path, database_url: str
) -> None:
    looked = cashbeat(*look, home=tmp_path, DATABASE_URL=database_url)
    name, password = database_url.rpartition("/")[2], database_url.split(":")[2].partition("@")[0]
    assert looked.returncode == 0
    assert looked.stderr.startswith(f"reading the database {name} at 127.0.0.1:")
    assert password not in looked.stderr + looked.stdout


def test_a_server_that_hangs_is_given_up_in_one_sentence(
    look: tuple[str, ...], tmp_path: Path, mute_server: int
) -> None:
    begun = time.monotonic()
    refused = cashbeat(*look, home=tmp_path, DATABASE_URL=f"postgresql://me:secret@127.0.0.1:{mute_server}/books")
    assert time.monotonic() - begun < 30
    assert refused.returncode == 2
    last = refused.stderr.splitlines()[-1]
    assert last.startswith(f"cashbeat: PostgreSQL does not answer (books at 127.0.0.1:{mute_server}): ")
    assert "Traceback" not in refused.stderr
    assert "secret" not in refused.stderr


def test_the_doctor_makes_nothing_and_names_the_database(tmp_path: Path, database_url: str) -> None:
    home = tmp_path / "home"
    seen = cashbeat("doctor", home=home, DATABASE_URL=database_url)
    name, password = database_url.rpartition("/")[2], database_url.split(":")[2].partition("@")[0]
    assert f"PostgreSQL     {name} at 127.0.0.1:" in seen.stdout
    assert password not in seen.stdout + seen.stderr
    assert not home.exists()
