"""A worker of ours, a broker and a sandbox, as pytest-celery's setup: its words, on processes of this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from pytest_celery import CeleryTestWorker, RedisTestBroker

from billing.catalog.seed import seed
from database.engine import Database, make_engine
from settings import SANDBOX_STRIPE_KEY
from stack.processes import worker_argv
from stack.valkey import EmbeddedValkey
from tests.delivery.desk import Desk
from tests.delivery.processes import Broker, Process, ValkeyServer, Worker
from tests.gateways.sandbox_process import Sandbox
from tests.logins import as_worker
from workers.celery_app import make_app
from workers.queues import COMMANDS, PAYMENTS, UPKEEP, WorkerGroup

# one process tree for what these stories need; the groups of a running Cashbeat are in workers/queues.py
GROUP = WorkerGroup("hands", (COMMANDS, PAYMENTS, UPKEEP), concurrency=2)


@pytest.fixture
def celery_broker(valkey_server: EmbeddedValkey) -> Iterator[RedisTestBroker]:
    """Empty at first; alive again at the end, for the tests that come."""
    valkey_server.flush()
    server = ValkeyServer(valkey_server)
    yield RedisTestBroker(Broker(server))
    if server.status != "running":
        server.restart()


@pytest.fixture
def celery_backend_cluster() -> None:
    """Results are rows, never messages."""


@pytest.fixture
def celery_setup_app(celery_setup_config: dict[str, str]) -> Celery:
    """The app of whoever rings."""
    return make_app(celery_setup_config["broker_url"])


@pytest.fixture
def celery_worker(
    request: pytest.FixtureRequest, celery_setup_app: Celery, database_url: str, own_sandbox: Sandbox, tmp_path: Path
) -> Iterator[CeleryTestWorker]:
    """A worker group, `GROUP` unless a test names another, started with the supervisor's own command line."""
    group = getattr(request, "param", GROUP)
    environment = {
        "WORKER_DATABASE_URL": as_worker(database_url),
        "BROKER_URL": celery_setup_app.conf.broker_url,
        "STRIPE_SECRET_KEY": SANDBOX_STRIPE_KEY,
        "STRIPE_API_BASE": own_sandbox.address,
        "LOG_FORMAT": "json",
        "CASHBEAT_HOME": str(tmp_path),
    }
    process = Process(group.name, worker_argv(group), environment, tmp_path / "worker.log")
    worker = CeleryTestWorker(Worker(process), celery_setup_app)
    assert worker.ready()
    yield worker
    worker.teardown()


@pytest.fixture
def desk(celery_setup_app: Celery, database_url: str) -> Iterator[Desk]:
    """Whoever accepts commands and watches what becomes of them."""
    database = Database(make_engine(database_url))
    with database.transaction() as session:
        seed(session)
    yield Desk(database, celery_setup_app)
    database.engine.dispose()
