"""Events out: how many a second a real worker sends to one endpoint, beside bare requests to the same endpoint.

The worker numbers what has changed, stages it, signs it, posts it and writes down what became of it. The floor posts a
body of the same size over as many connections, with `requests`, and does nothing else.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from sqlalchemy import text

from benchmarks.parts import Bench, processes_of, rate, running_bench, worker
from benchmarks.row import Row
from billing.accounts.open import open_account
from billing.events.create_endpoint import create_endpoint
from calls.deliver_events import LANES_PER_ENDPOINT
from credentials.endpoint_secrets import add_endpoint_secret
from credentials.master_keys import make, parse
from database.ids import uuid7
from database.untold import tell
from endpoints.signing import make_secret
from schemas.commands.accounts import Address, OpenAccount
from schemas.commands.events import CreateEventEndpoint
from schemas.messages.events import TellProduct
from workers.queues import EVENTS

COUNT = 4_000
ACCOUNTS = 50
# as large as an invoice's
DATA = {"number": "INV-2026-11-00001", "filler": "x" * 600}
AIM = 0.5


def events() -> list[Row]:
    """Events per second over bare posts per second."""
    key = make("bench")
    with running_bench() as bench, _listener() as url:
        floor = _floor(url)
        _happen(bench, url, key)
        environment = {**bench.environment, "CASHBEAT_MASTER_KEYS": key}
        with worker("workers.celery_app", EVENTS, environment, processes_of(EVENTS)):
            bench.bell.ring(TellProduct())
            value = rate(COUNT, lambda: _waiting(bench))
    return [Row("events.out_per_second", value, "events/s", floor, value / floor, AIM)]


@contextmanager
def _listener() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-m", "benchmarks.events_listener"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/hooks"
        process.kill()


def _floor(url: str) -> float:
    """Bare posts a second, over as many connections as a process has lanes."""
    lanes = [
        threading.Thread(target=_post_many, args=(url, COUNT // LANES_PER_ENDPOINT)) for _ in range(LANES_PER_ENDPOINT)
    ]
    begun = time.monotonic()
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    return COUNT / (time.monotonic() - begun)


def _post_many(url: str, count: int) -> None:
    with requests.Session() as session:
        for _ in range(count):
            session.post(url, json=DATA, timeout=10).raise_for_status()


def _happen(bench: Bench, url: str, key: str) -> None:
    with bench.database.transaction() as session:
        endpoint = create_endpoint(session, uuid7(), CreateEventEndpoint(url=url, types=("invoice.*",)))
        add_endpoint_secret(session, parse(key), endpoint.id, make_secret())
        account_ids = [open_account(session, uuid7(), _opening(number)) for number in range(ACCOUNTS)]
    with bench.database.transaction() as session:
        for number in range(COUNT):
            tell(session, "invoice.issued", account_ids[number % ACCOUNTS], uuid7(), DATA)


def _opening(number: int) -> OpenAccount:
    address = Address(country="US")
    return OpenAccount(
        name=f"Bench {number}", owner="bench", billing_email="bench@example.com", billing_address=address
    )


def _waiting(bench: Bench) -> int:
    """What is not there yet, whether it has its number or not."""
    with bench.database.transaction() as session:
        delivered = session.scalar(text("SELECT count(*) FROM event_deliveries WHERE state = 'delivered'"))
    return COUNT - int(delivered or 0)
