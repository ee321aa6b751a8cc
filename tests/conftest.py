"""Real servers for the tests: started once per run, stopped at its end."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

# the folders in here bear the names of the rooms they test, and must not stand in front of them
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from collector import collect_seldom, settle_collector
from database.engine import Database, dialect_url, opened
from database.role_names import WORKER
from stack.ports import free_port
from stack.postgres import EmbeddedPostgres
from stack.valkey import EmbeddedValkey
from tests import databases
from tests.canaries import searched_home
from tests.gateways.paypal_side import PayPalSide
from tests.gateways.sandbox_process import Sandbox, running_sandbox
from tests.logins import as_worker, urls_of

TEMPLATE_DATABASE = "template_migrated"
THE_OPERATORS = (
    "approval_limits", "second_person_limits",
    "credit_packages", "plans", "plan_versions", "plan_prices", "services", "service_prices", "coupons", "tax_rates",
    "dunning_policies", "gateway_amounts", "api_keys", "staff_members", "payment_method_configs",
)  # fmt: skip
ANY_PORT = 0
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
MEMORY_BYTES_MIN = 2**30  # a container has 64 MB unless told otherwise; a server of ours takes 200
# A database of its own for each test is dropped after it, and that waits for the disk. Nothing here has to survive a
# power cut; a killed server still recovers. Tests with whole stacks have the settings that people have.
UNSYNCED = {"fsync": "off", "full_page_writes": "off"}
# Nobody backs it up, and its passwords guard nothing: each of thousands of connections asks for one.
DISPOSABLE = {**UNSYNCED, "wal_level": "minimal", "max_wal_senders": "0", "scram_iterations": "1"}

# A test is no stopwatch: on a busy machine an example takes as long as it takes.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

collect_seldom()


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not walk through it again and again."""
    settle_collector()


@pytest.fixture(scope="session")
def stack_home() -> Iterator[Path]:
    """A home of its own for this test run, away from the developer's."""
    with searched_home("home", _memory()) as home:
        yield home


def _memory() -> Path | None:
    """A folder in memory, where there is one: each copy of a database makes and removes a thousand files."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN
    return MEMORY if has_room else None


@pytest.fixture(scope="session")
def postgres_server(stack_home: Path) -> Iterator[EmbeddedPostgres]:
    """A running PostgreSQL. A test that kills it starts it again."""
    server = EmbeddedPostgres(stack_home, free_port(ANY_PORT), DISPOSABLE)
    server.start()
    databases.hash_password_anew(server)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey_server(stack_home: Path) -> Iterator[EmbeddedValkey]:
    """A running Valkey. A test that kills or freezes it starts or thaws it again."""
    server = EmbeddedValkey(stack_home, free_port(ANY_PORT))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres_server: EmbeddedPostgres) -> str:
    """Name of a migrated database that nobody is connected to, so that it can be copied.

    Stories write their price list and keys through the hands they work with; elsewhere both are the operator's.
    """
    from stack.prepare import migrate

    postgres_server.create_database(TEMPLATE_DATABASE)
    migrate(urls_of(postgres_server.url(TEMPLATE_DATABASE)))
    with closing(psycopg2.connect(postgres_server.url(TEMPLATE_DATABASE))) as owner, owner, owner.cursor() as cursor:
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(THE_OPERATORS)} TO {WORKER}")
    return TEMPLATE_DATABASE


@pytest.fixture(scope="session")
def one_database(postgres_server: EmbeddedPostgres, migrated_template: str) -> databases.TestDatabase:
    """What this run's tests share, one after the other."""
    return databases.share(postgres_server, migrated_template)


@pytest.fixture
def database_url(one_database: databases.TestDatabase) -> Iterator[str]:
    """Address of a database for one test: as it was just after its migrations."""
    yield one_database.as_made()
    one_database.tidy()


@pytest.fixture
def as_owner(database_url: str) -> Iterator[Engine]:
    """The way to what no process may do, for stories that begin with it."""
    engine = create_engine(dialect_url(database_url), poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def bare_database(database_url: str) -> Database:
    """It, as a worker sees it: nothing is in it, not even a catalog."""
    return Database(databases.warm_engine(as_worker(database_url)))


@pytest.fixture
def own_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox for one test: whatever is in its ledger was done by this test."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def broker_url(valkey_server: EmbeddedValkey) -> str:
    """Address of an empty broker."""
    valkey_server.flush()
    return valkey_server.url()


@pytest.fixture
def books_of_owner(database_url: str) -> Iterator[Database]:
    """The books as an operator's commands see them."""
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> PayPalSide:
    """PayPal's side of a webhook, with one certificate for all tests of a run: making one takes a while."""
    return PayPalSide(tmp_path_factory.mktemp("signer"))
