"""Inbox to books: how many gateway events a second two prefork children handle, beside Celery doing nothing.

The events are those that Stripe sends to an endpoint subscribed to exactly the types we handle: two per purchase. Each
purchase is asked for at the sandbox over HTTP, then numbered, posted to the ledger, granted and staged.
"""

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
from typing import cast
from uuid import UUID

import redis
import requests
from sqlalchemy import text

from benchmarks.row import Row
from billing.accounts.open import open_account
from billing.invariants import violations
from billing.payments.start_checkout import intend_checkout, record_opened
from database.engine import Database, make_engine
from database.ids import uuid7
from database.inbox import remember
from gateways.stripe.client import StripeGateway
from gateways.stripe.translate import HANDLED_TYPES, translate
from schemas.commands import Address, OpenAccount, StartCreditCheckout
from schemas.messages import WEBHOOK_IDS_MAX, HandleWebhooks
from settings import SANDBOX_STRIPE_KEY, SANDBOX_WEBHOOK_SECRET
from stack.ports import LOOPBACK, free_port
from stack.postgres import EmbeddedPostgres
from stack.prepare import prepare
from stack.valkey import EmbeddedValkey
from workers.celery_app import make_app
from workers.producer import Bell
from workers.queues import WEBHOOKS
from workers.wiring import utc_now

PURCHASES = 1_000
NOOPS = 6_000
# both sides are measured from the moment the pool is warm to the moment the last message is done
WARM_SHARE = 0.1
AIM = 1.0
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


def books() -> list[Row]:
    """Handled events per second over no-op tasks per second, same pool, same run."""
    with _bench() as bench:
        floor = _measure_noops(bench)
        _buy(bench)
        value = _measure_events(bench)
        _check(bench)
    return [Row("books.events_per_second", value, "events/s", floor, value / floor, AIM)]


def _measure_noops(bench: Bench) -> float:
    fill = [sys.executable, "-c", f"from benchmarks.noop import fill; fill({NOOPS})"]
    subprocess.run(fill, env=bench.environment, check=True)
    with _worker("benchmarks.noop", bench.environment):
        return _rate(NOOPS, lambda: cast("int", bench.broker.llen(WEBHOOKS)))


def _measure_events(bench: Bench) -> float:
    with bench.database.transaction() as session:
        ids = list(session.scalars(text("SELECT id FROM inbox ORDER BY id")))
    for start in range(0, len(ids), WEBHOOK_IDS_MAX):
        bench.bell.ring(HandleWebhooks(ids=tuple(ids[start : start + WEBHOOK_IDS_MAX])))
    with _worker("workers.celery_app", bench.environment):
        return _rate(len(ids), lambda: _ready(bench))


def _rate(total: int, left: Callable[[], int]) -> float:
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


def _ready(bench: Bench) -> int:
    with bench.database.transaction() as session:
        return int(session.scalar(text("SELECT count(*) FROM inbox WHERE state = 'ready'")) or 0)


def _buy(bench: Bench) -> None:
    """Paid checkouts at the sandbox whose events lie in the inbox, unhandled."""
    gateway = StripeGateway(SANDBOX_STRIPE_KEY, bench.sandbox_url)
    account_id = _account(bench.database)
    with requests.Session() as browser:
        for _ in range(PURCHASES):
            _purchase(bench, gateway, browser, account_id)
    since, types = utc_now().replace(hour=0), tuple(HANDLED_TYPES)
    bodies = list(gateway.list_events(created_after=since, types=types, limit=PURCHASES * len(types)))
    rows = [(fact.event_id, fact.event_type, body.decode()) for body in bodies for fact in [translate(body)]]
    with bench.database.transaction() as session:
        remember(session, "stripe", rows[::-1])


def _purchase(bench: Bench, gateway: StripeGateway, browser: requests.Session, account_id: UUID) -> None:
    command = StartCreditCheckout(
        account_id=account_id, package="value", success_url="https://app.example/", cancel_url="https://app.example/"
    )
    with bench.database.transaction() as session:
        request = intend_checkout(session, uuid7(), command, "stripe", utc_now())
    checkout = gateway.open_checkout(request)
    with bench.database.transaction() as session:
        record_opened(session, UUID(request.attempt_id), checkout, utc_now())
    pay = f"{bench.sandbox_url}/sandbox/checkout-sessions/{checkout.checkout_ref}/pay"
    browser.post(pay, json={"card_number": "4242424242424242"}, timeout=10).raise_for_status()


def _account(database: Database) -> UUID:
    command = OpenAccount(
        name="Bench", owner="bench", billing_email="bench@example.com", billing_address=Address(country="US")
    )
    with database.transaction() as session:
        return open_account(session, uuid7(), command)


def _check(bench: Bench) -> None:
    """A fast wrong answer is no answer."""
    with bench.database.transaction() as session:
        paid = session.scalar(text("SELECT count(*) FROM invoices WHERE status = 'paid'"))
        wrong = violations(session)
    if paid != PURCHASES or wrong:
        raise RuntimeError(f"{paid} of {PURCHASES} purchases are in the books; {wrong}")


@contextmanager
def _bench() -> Iterator[Bench]:
    with ExitStack() as cleanup:
        home = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="bench-books-")))
        postgres, valkey = EmbeddedPostgres(home), EmbeddedValkey(home)
        for server in (postgres, valkey):
            server.start()
            cleanup.callback(server.stop)
        postgres.create_database("books")
        prepare(postgres.url("books"))
        port = free_port(8400)
        environment = _environment(postgres.url("books"), valkey.url(), port)
        cleanup.enter_context(_process(["-m", "sandbox", "--port", str(port), "--home", str(home / "s")], environment))
        sandbox_url = environment["STRIPE_API_BASE"]
        _await_sandbox(sandbox_url)
        database = Database(make_engine(postgres.url("books")))
        cleanup.callback(database.engine.dispose)
        broker = redis.Redis.from_url(valkey.url())
        cleanup.callback(broker.close)
        yield Bench(database, broker, Bell(make_app(valkey.url())), environment, sandbox_url)


def _environment(database_url: str, broker_url: str, sandbox_port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "BROKER_URL": broker_url,
        "STRIPE_API_BASE": f"http://{LOOPBACK}:{sandbox_port}",
        "STRIPE_SECRET_KEY": SANDBOX_STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRETS": SANDBOX_WEBHOOK_SECRET,
        "LOG_LEVEL": "WARNING",
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


def _worker(app: str, environment: dict[str, str]) -> AbstractContextManager[None]:
    """A worker as `cashbeat up` runs it: two prefork children on one queue."""
    options = ["-Q", WEBHOOKS, "-c", "2", "-n", "bench@%h", "--without-gossip", "--without-mingle", "-l", "WARNING"]
    return _process(["-m", "celery", "-A", app, "worker", *options], environment)


@contextmanager
def _process(arguments: list[str], environment: dict[str, str]) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environment, start_new_session=True, stdout=quiet, stderr=quiet
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
