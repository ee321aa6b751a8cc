"""What the benchmarks of workers share: real servers, a real worker, and a rate."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
import requests

from database.engine import Database, make_engine
from database.roles import DatabaseUrls
from settings import SANDBOX_STRIPE_KEY, SANDBOX_WEBHOOK_SECRET, Settings
from stack.ports import LOOPBACK, free_port
from stack.postgres import EmbeddedPostgres
from stack.prepare import prepare
from stack.stores import urls_of
from stack.valkey import EmbeddedValkey
from workers.celery_app import make_app
from workers.producer import Bell
from workers.queues import GROUPS

# a rate is measured from the moment the pool is warm to the moment the last message is done
WARM_SHARE = 0.1
UNLIMITED = "10000000"
WAIT_SECONDS_MAX = 180.0
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Bench:
    """The real parts of one measurement."""

    database: Database
    broker: redis.Redis
    bell: Bell
    environment: dict[str, str]
    sandbox_url: str
    postgres: EmbeddedPostgres
    home: Path


@contextmanager
def running_bench(calls_per_second: float = 0.0) -> Iterator[Bench]:
    """PostgreSQL, Valkey and the sandbox, each a process of its own, with migrated and seeded books.

    `calls_per_second` is what workers may ask of the gateway; 0 is what goes with the key.
    """
    with ExitStack() as cleanup:
        home = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        postgres, valkey = EmbeddedPostgres(home), EmbeddedValkey(home)
        for server in (postgres, valkey):
            server.start()
            cleanup.callback(server.stop)
        postgres.create_database("books")
        urls = urls_of(Settings(), home, postgres.url("books"))
        prepare(urls)
        port = free_port(8400)
        pace = {"STRIPE_CALLS_PER_SECOND": str(calls_per_second)}
        environment = _environment(urls, valkey.url(), port) | pace
        cleanup.enter_context(_process(["-m", "sandbox", "--port", str(port), "--home", str(home / "s")], environment))
        sandbox_url = environment["STRIPE_API_BASE"]
        _await_sandbox(sandbox_url)
        database = Database(make_engine(urls.owner))
        cleanup.callback(database.engine.dispose)
        broker = redis.Redis.from_url(valkey.url())
        cleanup.callback(broker.close)
        yield Bench(database, broker, Bell(make_app(valkey.url())), environment, sandbox_url, postgres, home)


def _environment(urls: DatabaseUrls, broker_url: str, sandbox_port: int) -> dict[str, str]:
    return {
        **os.environ,
        "WORKER_DATABASE_URL": urls.worker,
        "INGRESS_DATABASE_URL": urls.ingress,
        "BROKER_URL": broker_url,
        "STRIPE_API_BASE": f"http://{LOOPBACK}:{sandbox_port}",
        "STRIPE_SECRET_KEY": SANDBOX_STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRETS": SANDBOX_WEBHOOK_SECRET,
        "LOG_LEVEL": "WARNING",
        # requests are counted here as everywhere, and none is too many
        "SERVER_REQUESTS_PER_MINUTE": UNLIMITED,
        "ACCOUNT_REQUESTS_PER_MINUTE": UNLIMITED,
    }


def _await_sandbox(url: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            requests.get(f"{url}/sandbox/ledger", timeout=1).raise_for_status()
        except requests.RequestException:
            time.sleep(POLL_SECONDS)
        else:
            return
    raise RuntimeError("the sandbox did not start")


def delay_answers(bench: Bench, seconds: float) -> None:
    """From now on the gateway takes at least so long for each answer."""
    options = {"answer_delay_seconds": seconds}
    requests.patch(f"{bench.sandbox_url}/sandbox/options", json=options, timeout=10).raise_for_status()


def processes_of(queue: str) -> int:
    """How many children `cashbeat up` runs for a queue."""
    return next(group.concurrency for group in GROUPS if queue in group.queues)


def worker(app: str, queue: str, environment: dict[str, str], concurrency: int = 2) -> AbstractContextManager[int]:
    """A worker as `cashbeat up` runs it, with so many prefork children on one queue; gives its process id."""
    quiet = ["--without-gossip", "--without-mingle", "-l", "WARNING"]
    options = ["-Q", queue, "-c", str(concurrency), "-n", "bench@%h", *quiet]
    return _process(["-m", "celery", "-A", app, "worker", *options], environment)


@contextmanager
def _process(arguments: list[str], environment: dict[str, str]) -> Iterator[int]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environment, start_new_session=True, stdout=quiet, stderr=quiet
    )
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def rate(total: int, left: Callable[[], int]) -> float:
    """Items per second after the first tenth; raises RuntimeError when they are not done in time."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    started_at = started_left = None
    while time.monotonic() < deadline:
        now_left = left()
        if started_at is None and now_left <= total * (1 - WARM_SHARE):
            started_at, started_left = time.monotonic(), now_left
        if now_left == 0 and started_at is not None and started_left is not None:
            return started_left / (time.monotonic() - started_at)
        time.sleep(POLL_SECONDS)
    raise RuntimeError(f"{left()} of {total} were not done in {WAIT_SECONDS_MAX:.0f} seconds")
