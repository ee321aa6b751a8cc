"""What a worker process has, in this one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from database.engine import Database, make_engine
from settings import SANDBOX_STRIPE_KEY, Settings
from tests.databases import give_catalog, warm_engine
from tests.logins import as_worker
from workers import task
from workers.celery_app import make_app
from workers.wiring import Work, wire

NOBODY = "http://127.0.0.1:1"
MANY = 16


def equip(database_url: str, broker_url: str, gateway_url: str = NOBODY) -> Work:
    """A worker's hands; at the gateway's address nobody answers, unless one is given."""
    settings = Settings(
        worker_database_url=as_worker(database_url),
        broker_url=broker_url,
        stripe_secret_key=SANDBOX_STRIPE_KEY,
        stripe_api_base=gateway_url,
    )
    wired = wire(settings, make_app(broker_url))
    return replace(wired, database=Database(warm_engine(settings.worker_database_url)))


def equip_many(database_url: str, broker_url: str, gateway_url: str = NOBODY) -> Work:
    """The same, with connections enough for so many at once."""
    database = Database(make_engine(as_worker(database_url), pool_size=2 * MANY))
    return replace(equip(database_url, broker_url, gateway_url), database=database)


@contextmanager
def at_work(work: Work) -> Iterator[Work]:
    """There is a catalog to sell from, and tasks that are called in this process work with these hands."""
    give_catalog(work.database)
    task.start(work)
    yield work
