"""A real worker sends events: it is killed in the middle, and each arrives all the same, with the content it had."""

import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from pytest_celery import CeleryTestWorker
from sqlalchemy import text

from billing.accounts.open import open_account
from billing.events.create_endpoint import create_endpoint
from credentials.endpoint_secrets import add_endpoint_secret
from credentials.master_keys import make, parse
from database.engine import Database, make_engine
from database.ids import uuid7
from database.untold import tell
from schemas.commands.accounts import Address, OpenAccount
from schemas.commands.events import CreateEventEndpoint
from schemas.messages.events import TellProduct
from stack.processes import worker_argv
from tests.delivery.processes import Process, Worker
from tests.endpoints.listener import Listener, listening
from tests.logins import as_worker
from workers.producer import Bell
from workers.queues import EVENTS, WorkerGroup

KEY = make("k1")
SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
GROUP = WorkerGroup("tellers", (EVENTS,), concurrency=2)
EVENTS_OF_EACH = 40


@pytest.fixture
def books_to_tell(database_url: str) -> Iterator[Database]:
    """The books, as their owner enters them."""
    database = Database(make_engine(database_url))
    yield database
    database.engine.dispose()


@pytest.fixture
def event_worker(celery_setup_app: Celery, database_url: str, tmp_path: Path) -> Iterator[CeleryTestWorker]:
    """A worker of the queue of events."""
    environment = {
        "WORKER_DATABASE_URL": as_worker(database_url),
        "BROKER_URL": celery_setup_app.conf.broker_url,
        "CASHBEAT_MASTER_KEYS": KEY,
        "LOG_FORMAT": "json",
        "CASHBEAT_HOME": str(tmp_path),
    }
    process = Process(GROUP.name, worker_argv(GROUP), environment, tmp_path / "worker.log")
    worker = CeleryTestWorker(Worker(process), celery_setup_app)
    assert worker.ready()
    yield worker
    worker.teardown()


def test_a_worker_that_is_killed_in_the_middle_loses_and_reorders_nothing(
    event_worker: CeleryTestWorker, celery_setup_app: Celery, books_to_tell: Database
) -> None:
    bell = Bell(celery_setup_app)
    with listening(Listener(seconds=0.05)) as listener:
        _prepare(books_to_tell, listener.url)
        assert bell.ring(TellProduct())
        assert listener.wait_for(10, seconds=30)
        event_worker.kill()
        heard_before = len(listener.heard)
        assert heard_before < 2 * EVENTS_OF_EACH
        event_worker.restart()
        # what it held is free when its lease is over, which is a minute
        with books_to_tell.transaction() as session:
            session.execute(text("UPDATE event_deliveries SET lease_until = now() WHERE lease_until IS NOT NULL"))
        assert bell.ring(TellProduct())
        assert listener.wait_for(2 * EVENTS_OF_EACH + 2, seconds=60)
        _wait_until_delivered(books_to_tell)
    content: dict[str, set[bytes]] = defaultdict(set)
    sequences: dict[str, list[int]] = defaultdict(list)
    for heard in listener.heard:
        assert heard.is_signed_with(SECRET)
        content[heard.headers["webhook-id"]].add(heard.body)
        sequences[heard.event["account_id"]].append(heard.event["sequence"])
    assert len(content) == 2 * EVENTS_OF_EACH + 2
    assert all(len(bodies) == 1 for bodies in content.values()), "the same id, and another content"
    for numbers in sequences.values():
        assert list(dict.fromkeys(numbers)) == list(range(1, EVENTS_OF_EACH + 2)), "heard first in another order"


def _prepare(database: Database, url: str) -> None:
    """Two accounts of which much is to be told, in turns, to an endpoint that wants it in order."""
    with database.transaction() as session:
        endpoint = create_endpoint(session, uuid7(), CreateEventEndpoint(url=url, ordered=True))
        add_endpoint_secret(session, parse(KEY), endpoint.id, SECRET)
        command = OpenAccount(name="Ada", owner="u", billing_email="a@a.example", billing_address=Address(country="US"))
        accounts = [open_account(session, uuid7(), command) for _ in range(2)]
    for number in range(EVENTS_OF_EACH):
        with database.transaction() as session:
            for account_id in accounts:
                tell(session, "invoice.issued", account_id, uuid7(), {"number": number})


def _wait_until_delivered(database: Database) -> None:
    for _ in range(200):
        with database.transaction() as session:
            if not session.scalars(text("SELECT count(*) FROM event_deliveries WHERE state <> 'delivered'")).one():
                return
        time.sleep(0.1)
    raise AssertionError("something is not delivered")
