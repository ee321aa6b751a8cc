"""What PostgreSQL refuses is told in one sentence, with what to do about it, and never as a traceback."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg2
import pytest
from psycopg2 import sql
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from database.engine import dialect_url
from stack.postgres import EmbeddedPostgres
from tests.logins import as_door, as_portal, urls_of
from tests.stack.forked import cashbeat

COMMANDS = (
    ("parked",),
    ("tax", "set", "DE", "19", "VAT", "--from", "2026-01-01"),
    ("api-key", "create", "shop"),
    ("restore-check",),
)
LATER: LiteralString = "9999_later"
MIGRATED_LATER: LiteralString = "UPDATE alembic_version SET version_num = '9999_later'"


def _run(url: str, *statements: LiteralString) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _addresses(owner_url: str) -> dict[str, str]:
    urls = urls_of(owner_url)
    return {
        "DATABASE_URL": urls.owner,
        "INGRESS_DATABASE_URL": urls.ingress,
        "WORKER_DATABASE_URL": urls.worker,
        "PORTAL_DATABASE_URL": urls.portal,
        "CONSOLE_DATABASE_URL": urls.console,
    }


def _refused(home: Path, *arguments: str, **environment: str) -> str:
    """The last line; the others say which database is read."""
    refused = cashbeat(*arguments, home=home, **environment)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Traceback" not in refused.stderr
    told = [line for line in refused.stderr.splitlines() if not line.startswith("reading the database")]
    assert len(told) == 1
    return told[0]


@pytest.fixture
def plain_owner_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """An empty database whose owner may make no roles."""
    name = f"plain_{uuid4().hex}"
    postgres_server.create_database(name)
    _run(postgres_server.url(name), "CREATE ROLE plain LOGIN PASSWORD 'plain'")
    with closing(psycopg2.connect(postgres_server.url(name))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER DATABASE {} OWNER TO plain").format(sql.Identifier(name)))
    yield f"postgresql://plain:plain@127.0.0.1:{postgres_server.port}/{name}"
    postgres_server.drop_database(name)
    _run(postgres_server.url("postgres"), "DROP ROLE plain")


def test_a_database_of_another_checkout_is_not_brought_further(tmp_path: Path, database_url: str) -> None:
    _run(database_url, "DROP TABLE database_lineage")
    told = _refused(tmp_path, "migrate", **_addresses(database_url))
    assert 'relation "database_lineage" does not exist' in told
    assert "made by another checkout of the same revision" in told
    assert "run `cashbeat migrate`" not in told, "that is what was run"


def test_an_owner_who_may_make_no_roles_reads_what_is_missing(tmp_path: Path, plain_owner_url: str) -> None:
    told = _refused(tmp_path, "migrate", **_addresses(plain_owner_url))
    assert "permission denied to create role" in told
    assert "CREATEROLE" in told
    engine = create_engine(dialect_url(plain_owner_url), poolclass=NullPool)
    assert inspect(engine).get_table_names() == [], "all of it or nothing"


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_who_comes_with_the_address_of_a_process_is_sent_for_the_owners(
    tmp_path: Path, database_url: str, arguments: tuple[str, ...]
) -> None:
    told = _refused(tmp_path, *arguments, DATABASE_URL=as_portal(database_url))
    assert "permission denied for table" in told
    assert "the owner's address" in told


def test_a_migration_that_does_not_get_its_lock_says_so(tmp_path: Path, database_url: str) -> None:
    with closing(psycopg2.connect(database_url)) as busy, busy.cursor() as cursor:
        cursor.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        told = _refused(tmp_path, "migrate", **_addresses(database_url))
    assert "holds a lock" in told
    assert "does not answer" not in told
    assert cashbeat("migrate", home=tmp_path, **_addresses(database_url)).returncode == 0


def test_a_server_that_refuses_is_not_told_as_one_that_does_not_answer(tmp_path: Path, database_url: str) -> None:
    wrong_password = urls_of(database_url).portal.replace("cashbeat_portal@", "wrong@")
    for url, why in ((f"{database_url}_gone", "does not exist"), (wrong_password, "password authentication failed")):
        told = _refused(tmp_path, "parked", DATABASE_URL=url)
        assert told.startswith("cashbeat: PostgreSQL refuses (")
        assert why in told


def test_books_that_a_later_release_migrated_are_left_to_the_release_before(tmp_path: Path, database_url: str) -> None:
    """As after a rollback: its services wait for this command, and its processes run on the newer tables."""
    _run(database_url, MIGRATED_LATER)
    for command in ("migrate", "seed"):
        done = cashbeat(command, home=tmp_path, **_addresses(database_url))
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr.startswith(
            f"the database is at revision {LATER}, which this release does not know: a later one migrated it. "
            "Its tables stay as they are\n"
        )
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT version_num FROM alembic_version")
        assert cursor.fetchall() == [(LATER,)]


def test_the_release_before_gets_the_rights_that_it_needs(tmp_path: Path, database_url: str) -> None:
    _run(
        database_url,
        MIGRATED_LATER,
        "REVOKE INSERT ON inbox FROM cashbeat_ingress",
    )
    assert cashbeat("migrate", home=tmp_path, **_addresses(database_url)).returncode == 0
    _run(as_door(database_url), "INSERT INTO inbox SELECT * FROM inbox")
