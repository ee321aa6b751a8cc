"""Sixteen workers and two beats at the same due subscription: one invoice in the books, one charge at the gateway."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.agenda.duties import SWEEPS
from billing.catalog.seed import seed
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from database.engine import Database, make_engine
from database.outbox import OutboxEntry
from database.roles import WORKER
from schemas.facts import CustomerRequest
from schemas.messages import RenewSubscriptions
from settings import SANDBOX_STRIPE_KEY, Settings
from tasks import payments, renewals
from tests.billing.charges import card, give_card
from tests.billing.subscribers import Books
from tests.gateways.sandbox_process import Sandbox, running_sandbox
from workers import task
from workers.celery_app import make_app
from workers.sweeps import sweep
from workers.wiring import Work, utc_now, wire

WORKERS = 16


@pytest.fixture
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of its own: its ledger has the charges of this test alone."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def work(database_url: str, broker_url: str, sandbox: Sandbox) -> Iterator[Work]:
    """A worker's hands, with connections enough for sixteen at once."""
    settings = Settings(
        database_url=database_url,
        broker_url=broker_url,
        stripe_secret_key=SANDBOX_STRIPE_KEY,
        stripe_api_base=sandbox.address,
    )
    database = Database(make_engine(database_url, WORKER, pool_size=2 * WORKERS))
    with database.transaction() as session:
        seed(session)
    wired = replace(wire(settings, make_app(broker_url)), database=database)
    task.start(wired)
    yield wired
    task.stop()


def _subscribe(work: Work) -> UUID:
    """A subscription that began a month ago and is due now; its first payment was answered by hand."""
    books, began = Books(work.database), utc_now() - timedelta(days=31)
    account_id = books.open()
    cards = work.gateway("stripe").saved_methods
    customer_ref = cards.create_customer(CustomerRequest(str(account_id), f"c/{account_id}", "Ada", "a@ada.example"))
    cards.make_default(customer_ref, "pm_card_visa", idempotency_key=f"card/{account_id}")
    known = cards.fetch_customer(customer_ref)
    assert known is not None
    give_card(work.database, account_id, began, card(known.card_ref, customer_ref))
    subscription_id = books.subscribe(account_id, began)
    books.answer(began)
    return subscription_id


def _work_like_one_of_many(work: Work) -> None:
    """What each worker does when its bell rings: renew what is due, charge what is to be charged."""
    sweep(work, SWEEPS[RenewSubscriptions])
    with work.database.transaction() as session:
        ids = session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == "charge")).all()
    payments.charge(ids=[str(row_id) for row_id in ids])


def test_one_invoice_and_one_charge(work: Work, sandbox: Sandbox) -> None:
    subscription_id = _subscribe(work)
    tick = RenewSubscriptions(interval_seconds=3_600).model_dump()
    with ThreadPoolExecutor(WORKERS + 2) as pool:
        jobs = [pool.submit(_work_like_one_of_many, work) for _ in range(WORKERS)]
        jobs += [pool.submit(renewals.renew, **tick) for _ in range(2)]
        for job in jobs:
            job.result()
    _work_like_one_of_many(work)  # whoever came last finds nothing left to do

    with work.database.transaction() as session:
        renewed = session.scalars(
            select(Invoice).where(Invoice.subscription_id == subscription_id, Invoice.reason == InvoiceReason.RENEWAL)
        ).all()
    charges = sandbox.ledger()["charges"]
    assert [(invoice.status, invoice.total_minor) for invoice in renewed] == [(InvoiceStatus.PAID, 9_900)]
    assert [charge["amount"] for charge in charges] == [9_900]
