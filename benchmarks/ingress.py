"""Events a second when every answer follows a durable commit, beside the same server merely verifying them."""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg2

from benchmarks.ingress_load import drive, signed_events
from benchmarks.row import Row
from database.migrate import upgrade
from settings import Settings
from stack.ports import LOOPBACK, free_port
from stack.postgres import EmbeddedPostgres
from stack.stores import urls_of
from stack.valkey import EmbeddedValkey

AIM = 0.45
SECRET = "whsec_benchmark"
CONNECTIONS = 128
ROUNDS = 5  # alternating, so that a busy moment of the machine meets both sides
ROUND_SECONDS = 2.0
EVENTS_MAX = 50_000  # signed beforehand and held in memory: 160 megabytes, two seconds at 25,000 a second
WARM_EVENTS = 2_000
START_SECONDS_MAX = 30.0
ROOT = Path(__file__).resolve().parents[1]


def ingress() -> list[Row]:
    """Durable events per second over verified events per second, 128 connections, 3 kB, two processes each."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres, valkey = EmbeddedPostgres(home), EmbeddedValkey(home)
        for server in (postgres, valkey):
            server.start()
            stack.callback(server.stop)
        postgres.create_database("cashbeat")
        urls = urls_of(Settings(), home, postgres.url())
        upgrade(urls)
        stores = {"INGRESS_DATABASE_URL": urls.ingress, "BROKER_URL": valkey.url()}
        floor_port = stack.enter_context(running_server("benchmarks.ingress_floor", home / "floor", stores))
        port = stack.enter_context(running_server("ingress", home / "door", stores))
        floor, value = _measure(floor_port, port, postgres.url())
    return [Row("ingress.durable_events_per_second", value, "events/s", floor, value / floor, AIM)]


def _measure(floor_port: int, port: int, database_url: str) -> tuple[float, float]:
    """Median rates of both sides; raises RuntimeError when an answered event is not stored."""
    _drive(floor_port, WARM_EVENTS)
    answered, _ = _drive(port, WARM_EVENTS)
    floors, values = [], []
    for _ in range(ROUNDS):
        count, seconds = _drive(floor_port, EVENTS_MAX)
        floors.append(count / seconds)
        count, seconds = _drive(port, EVENTS_MAX)
        values.append(count / seconds)
        answered += count
    stored = _stored(database_url)
    if stored != answered:
        raise RuntimeError(f"{answered} events were answered with 200, but {stored} are stored")
    return statistics.median(floors), statistics.median(values)


def _drive(port: int, events_max: int) -> tuple[int, float]:
    """Answers and seconds; raises RuntimeError when one was not 200."""
    statuses, seconds = drive(port, signed_events(events_max, SECRET), CONNECTIONS, ROUND_SECONDS)
    if set(statuses) != {"200"}:
        raise RuntimeError(f"not every event was taken: {dict(statuses)}")
    return statuses["200"], seconds


def _stored(database_url: str) -> int:
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM inbox")
        found = cursor.fetchone()
        return int(found[0]) if found else 0


@contextmanager
def running_server(module: str, home: Path, stores: Mapping[str, str]) -> Iterator[int]:
    """`python -m module` with the settings everybody has; yields its port once it takes connections."""
    port = free_port(0)
    own = {
        "INGRESS_PORT": str(port),
        "CASHBEAT_HOME": str(home),
        "STRIPE_WEBHOOK_SECRETS": SECRET,
        "LOG_FORMAT": "json",
    }
    environment = {**os.environ, **stores, **own}
    process = subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
