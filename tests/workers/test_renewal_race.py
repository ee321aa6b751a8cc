"""Sixteen workers and two beats at the same due subscription: one invoice in the books, one charge at the gateway."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.agenda.duties import SWEEPS
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from database.outbox import OutboxEntry
from schemas.messages.renewals import RenewSubscriptions
from tasks import payments, renewals
from tests.billing.charges import give_card
from tests.billing.subscribers import Books
from tests.gateways.cards_there import save_there
from tests.gateways.sandbox_process import Sandbox
from tests.workers.hands import MANY, at_work, equip_many
from workers.sweeps import sweep
from workers.wiring import Work, utc_now


@pytest.fixture
def race(database_url: str, broker_url: str, own_sandbox: Sandbox) -> Iterator[Work]:
    """A worker's hands, with connections enough for sixteen at once."""
    with at_work(equip_many(database_url, broker_url, own_sandbox.address)) as work:
        yield work


def _subscribe(work: Work) -> UUID:
    """A subscription that began a month ago and is due now; its first payment was answered by hand."""
    books, began = Books(work.database), utc_now() - timedelta(days=31)
    account_id = books.open()
    give_card(work.database, account_id, began, save_there(work.gateway("stripe").saved_methods, account_id))
    subscription_id = books.subscribe(account_id, began)
    books.answer(began)
    return subscription_id


def _work_like_one_of_many(work: Work) -> None:
    """What each worker does when its bell rings: renew what is due, charge what is to be charged."""
    sweep(work, SWEEPS[RenewSubscriptions])
    with work.database.transaction() as session:
        ids = session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == "charge")).all()
    payments.charge(ids=[str(row_id) for row_id in ids])


def test_one_invoice_and_one_charge(race: Work, own_sandbox: Sandbox) -> None:
    subscription_id = _subscribe(race)
    tick = RenewSubscriptions(interval_seconds=3_600).model_dump()
    with ThreadPoolExecutor(MANY + 2) as pool:
        jobs = [pool.submit(_work_like_one_of_many, race) for _ in range(MANY)]
        jobs += [pool.submit(renewals.renew, **tick) for _ in range(2)]
        for job in jobs:
            job.result()
    _work_like_one_of_many(race)  # whoever came last finds nothing left to do

    with race.database.transaction() as session:
        renewed = session.scalars(
            select(Invoice).where(Invoice.subscription_id == subscription_id, Invoice.reason == InvoiceReason.RENEWAL)
        ).all()
    charges = own_sandbox.ledger()["charges"]
    assert [(invoice.status, invoice.total_minor) for invoice in renewed] == [(InvoiceStatus.PAID, 9_900)]
    assert [charge["amount"] for charge in charges] == [9_900]
