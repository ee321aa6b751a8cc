"""Commands that only look change nothing, say where they look, and do not hang."""

import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from cli import app
from database.engine import dialect_url
from settings import SANDBOX_RESEND_KEY, SANDBOX_STRIPE_KEY
from stack.ports import LOOPBACK
from stack.postgres import EmbeddedPostgres
from tests.gateways.sandbox_process import Sandbox
from tests.stack.forked import cashbeat
from tests.stack.test_command_line import commands_of

NOBODY = "01a2277b-42ca-7a7e-9c64-262a17235048"
# with the exit code in books that are empty
LOOKS = {
    ("waiting",): 0,
    ("parked",): 0,
    ("parked", "show", NOBODY): 2,
    ("api-key", "list"): 0,
    ("staff", "list"): 0,
    ("plan", "list"): 0,
    ("plan", "migrate", "starter", "--dry-run"): 2,
    ("tax", "list"): 0,
    ("payment", "list"): 0,
    ("payment", "claims"): 0,
    ("payment-method", "list"): 0,
    ("statement", "lines"): 0,
    ("dispute", "list"): 0,
    ("event", "endpoints"): 0,
    ("event", "deliveries", NOBODY): 2,
    ("mail", "stopped"): 0,
    ("provider", "show"): 0,
    ("provider", "test", "stripe"): 0,
    ("restore-check",): 0,
    ("approval", "list"): 0,
    ("approval", "limits"): 0,
    ("audit", "list"): 0,
    ("audit", "show", NOBODY): 2,
    ("audit", "head"): 0,
    ("audit", "verify"): 0,
}
WRITES = {
    "up", "demo", "simulate", "migrate", "seed", "parked discard", "replay", "seen", "restore-check", "plan publish",
    "plan migrate", "coupon issue", "tax set", "payment-method set", "payment-method reset", "api-key create",
    "api-key revoke", "staff add", "staff set-role", "staff key", "staff enter", "staff new-authenticator", "staff end",
    "payment refund", "payment approve", "payment reject", "payment limit", "mail lift",
    "event enable", "event disable", "event redeliver",
    "approval approve", "approval reject", "approval limit",
    "statement import", "statement match", "statement unmatch", "statement ignore",
    "provider set", "provider unset", "provider disable", "provider enable", "provider rotate-key",
}  # fmt: skip
AT_A_TIME = 14  # of commands that wait
# of the machine and of the code
READS_NO_DATABASE = {"doctor", "stripe-events"}


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


def test_of_every_command_it_is_known_whether_it_only_looks() -> None:
    looks = {name for name in commands_of(app) for look in LOOKS if " ".join(look).startswith(name)}
    assert looks | WRITES | READS_NO_DATABASE == set(commands_of(app))


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
    look: tuple[str, ...], tmp_path: Path, database_url: str, own_sandbox: Sandbox
) -> None:
    gateways = {
        "STRIPE_SECRET_KEY": SANDBOX_STRIPE_KEY, "STRIPE_API_BASE": own_sandbox.address,
        "RESEND_API_KEY": SANDBOX_RESEND_KEY, "RESEND_API_BASE": own_sandbox.address,
    }  # fmt: skip
    looked = cashbeat(*look, home=tmp_path / "home", DATABASE_URL=database_url, **gateways)
    name, password = database_url.rpartition("/")[2], database_url.split(":")[2].partition("@")[0]
    assert looked.returncode == LOOKS[look], looked.stderr
    assert looked.stderr.startswith(f"reading the database {name} at 127.0.0.1:")
    assert password not in looked.stderr + looked.stdout
    assert not (tmp_path / "home").exists()


def test_a_server_that_hangs_is_given_up_in_one_sentence(tmp_path: Path, mute_server: int) -> None:
    """Several at a time, for each of them does nothing but wait."""

    def given_up(look: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        return cashbeat(*look, home=tmp_path, DATABASE_URL=f"postgresql://me:secret@127.0.0.1:{mute_server}/books")

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        refusals = list(pool.map(given_up, LOOKS))
    place = f"books at 127.0.0.1:{mute_server}"
    sentence = f"cashbeat: PostgreSQL does not answer ({place}): no answer within 5 seconds"
    for look, refused in zip(LOOKS, refusals, strict=True):
        assert (look, refused.returncode, refused.stderr.splitlines()[-1]) == (look, 2, sentence)
        assert "Traceback" not in refused.stderr
        assert "secret" not in refused.stderr


def test_the_doctor_makes_nothing_and_names_the_database(tmp_path: Path, database_url: str) -> None:
    home = tmp_path / "home"
    seen = cashbeat("doctor", home=home, DATABASE_URL=database_url)
    name, password = database_url.rpartition("/")[2], database_url.split(":")[2].partition("@")[0]
    assert f"PostgreSQL     {name} at 127.0.0.1:" in seen.stdout
    assert password not in seen.stdout + seen.stderr
    assert not home.exists()
