"""The sweep of renewals: many workers, two beats, and a row that cannot be brought on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from billing.agenda.duties import SWEEPS
from billing.catalog.seed import seed
from billing.clocks.wall import Wall
from billing.cycle.renewal.set_aside import take_up
from billing.invoices.tables import Invoice, InvoiceReason
from billing.payments.tables import PaymentAttempt
from billing.subscriptions.tables import Subscription
from database.engine import Database, make_engine
from database.roles import WORKER
from schemas.documents import PartyFacts
from schemas.messages import RenewSubscriptions
from tasks import renewals
from tests.billing.subscribers import Books, utc
from workers import task
from workers.celery_app import make_app
from workers.producer import Bell
from workers.sweeps import sweep
from workers.wiring import Work

STARTED = utc("2026-01-15 10:00")
RENEWS = utc("2026-02-15 10:00")


class Unreached:
    """A gateway that nobody is to ask: renewing is a matter of the books."""

    key_window = timedelta(hours=1)

    def send(self, *_: object, **__: object) -> str:
        raise AssertionError("no e-mail is sent by a renewal")


@pytest.fixture
def work(database_url: str, broker_url: str) -> Work:
    """A worker's hands at the instant of the renewal."""
    database = Database(make_engine(database_url, WORKER, pool_size=20))
    with database.transaction() as session:
        seed(session)
    return Work(
        database=database,
        bell=Bell(make_app(broker_url)),
        gateways={},
        email=Unreached(),
        seller=PartyFacts("Seller"),
        payment_instructions="",
        wall=lambda: Wall(RENEWS),
    )


def subscribers(books: Books, count: int) -> list[UUID]:
    """Active subscriptions that renew on 15 February."""
    ids = []
    for _ in range(count):
        account_id = books.open()
        books.give_card(account_id, STARTED)
        ids.append(books.subscribe(account_id, STARTED))
    books.answer(STARTED)
    return ids


def renewed(work: Work) -> list[UUID]:
    """Whose renewal is in the books."""
    with work.database.transaction() as session:
        return list(session.scalars(select(Invoice.subscription_id).where(Invoice.reason == InvoiceReason.RENEWAL)))


def test_one_bad_row_is_set_aside_and_the_others_go_on(work: Work) -> None:
    books = Books(work.database)
    ids = subscribers(books, 9)
    with work.database.transaction() as session:
        crooked = session.get_one(Subscription, ids[4])
        crooked.anchor = STARTED + timedelta(minutes=7)  # its period ends at no boundary of this anchor
    sweep(work, SWEEPS[RenewSubscriptions])
    assert sorted(renewed(work)) == sorted(set(ids) - {ids[4]})
    aside = books.subscription(ids[4])
    assert aside.failed_at == RENEWS
    assert "is no boundary of the anchor" in aside.failure
    assert any("subscriptions are parked" in found for found in books.violations())

    with work.database.transaction() as session:
        session.get_one(Subscription, ids[4]).anchor = STARTED
        assert take_up(session, ids[4])
    sweep(work, SWEEPS[RenewSubscriptions])
    assert sorted(renewed(work)) == sorted(ids)


def test_sixteen_workers_and_two_beats_renew_each_subscription_once(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = subscribers(Books(work.database), 3)
    monkeypatch.setattr(task, "_work", work)
    tick = RenewSubscriptions(interval_seconds=3_600).model_dump()
    with ThreadPoolExecutor(16) as workers:
        sweeps = [workers.submit(sweep, work, SWEEPS[RenewSubscriptions]) for _ in range(14)]
        # two beats tick for the same hour: the second one finds the period taken
        sweeps += [workers.submit(renewals.renew, **tick) for _ in range(2)]
        for done in sweeps:
            done.result()
    assert sorted(renewed(work)) == sorted(ids)
    with work.database.transaction() as session:
        charges = session.scalar(select(func.count()).select_from(PaymentAttempt))
        ticks = session.scalar(text("SELECT count(*) FROM job_periods WHERE job = 'renewals.sweep'"))
    assert (charges, ticks) == (6, 1)
