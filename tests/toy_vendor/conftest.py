"""An installation whose registry has the toy's line, its door, a customer, and the toy's office."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from billing.accounts.open import open_account
from billing.invariants import violations
from database.api_keys import create_key
from database.engine import Database, make_engine
from database.ids import uuid7
from gateways.registry import VENDORS
from settings import Settings
from tests.billing.conftest import ADA
from tests.ingress.running_door import in_thread
from tests.logins import as_door, as_worker
from tests.toy_vendor import vendor
from tests.toy_vendor.deals import Deal
from tests.toy_vendor.office import Office, opened
from tests.workers.hands import MANY, at_work
from workers.celery_app import make_app
from workers.wiring import Work, wire


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with opened(Office()) as running:
        monkeypatch.setattr(vendor, "address", running.url)
        yield running


@pytest.fixture
def toy_settings(database_url: str, broker_url: str, office: Office, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """With the one line."""
    monkeypatch.setitem(VENDORS, "toy", "tests.toy_vendor")
    return Settings(
        worker_database_url=as_worker(database_url),
        ingress_database_url=as_door(database_url),
        broker_url=broker_url,
    )


@pytest.fixture
def toy_work(toy_settings: Settings) -> Iterator[Work]:
    database = Database(make_engine(toy_settings.worker_database_url, pool_size=2 * MANY))
    with at_work(replace(wire(toy_settings, make_app(toy_settings.broker_url)), database=database)) as work:
        yield work
        with work.database.transaction() as session:
            assert [found for found in violations(session) if "nothing_waits" not in found] == []


@pytest.fixture
def toy_customer(toy_work: Work) -> UUID:
    with toy_work.database.transaction() as session:
        return open_account(session, uuid7(), ADA)


@pytest.fixture
def toy_door(toy_settings: Settings, toy_work: Work) -> Iterator[httpx.Client]:
    with toy_work.database.transaction() as session:
        secret = create_key(session, "toy", ["billing:write", "billing:read"])
    with in_thread(toy_settings) as client:
        client.headers["authorization"] = f"Bearer {secret}"
        yield client


@pytest.fixture
def deal(toy_door: httpx.Client, toy_work: Work, office: Office, toy_customer: UUID) -> Iterator[Deal]:
    """Whatever happens in it, an order is captured once at most, and the books say what the office says."""
    deal = Deal(toy_door, toy_work, office, toy_customer)
    yield deal
    taken = [each.ref for each in office.captures if each.outcome == "paid"]
    assert len(taken) == len(set(taken))


@pytest.fixture
def bought(deal: Deal) -> Deal:
    """They have agreed to buy a package; nobody has heard of it."""
    deal.buy()
    deal.agree()
    return deal
