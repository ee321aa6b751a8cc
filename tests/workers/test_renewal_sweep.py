"""The sweep of renewals: many workers, two beats, and a row that cannot be brought on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from billing.agenda.duties import SWEEPS
from billing.clocks.wall import Wall
from billing.cycle.renewal.set_aside import take_up
from billing.invoices.tables import Invoice, InvoiceReason
from billing.payments.tables import PaymentAttempt
from billing.subscriptions.tables import Subscription
from schemas.messages.renewals import RenewSubscriptions
from tasks import renewals
from tests.billing.subscribers import Books, utc
from tests.workers.hands import at_work, equip_many
from workers import task
from workers.sweeps import sweep
from workers.wiring import Work

STARTED = utc("2026-01-15 10:00")
RENEWS = utc("2026-02-15 10:00")


@pytest.fixture
def at_renewal(database_url: str, broker_url: str) -> Iterator[Work]:
    """A worker's hands at the instant of the renewal. No gateway is asked: renewing is a matter of the books."""
    with at_work(replace(equip_many(database_url, broker_url), wall=lambda: Wall(RENEWS))) as work:
        yield work


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


def test_one_bad_row_is_set_aside_and_the_others_go_on(at_renewal: Work) -> None:
    books = Books(at_renewal.database)
    ids = subscribers(books, 9)
    with at_renewal.database.transaction() as session:
        crooked = session.get_one(Subscription, ids[4])
        crooked.anchor = STARTED + timedelta(minutes=7)  # its period ends at no boundary of this anchor
    sweep(at_renewal, SWEEPS[RenewSubscriptions])
    assert sorted(renewed(at_renewal)) == sorted(set(ids) - {ids[4]})
    aside = books.subscription(ids[4])
    assert aside.failed_at == RENEWS
    assert "is no boundary of the anchor" in aside.failure
    assert any("subscriptions are parked" in found for found in books.violations())

    with at_renewal.database.transaction() as session:
        session.get_one(Subscription, ids[4]).anchor = STARTED
        assert take_up(session, ids[4])
    sweep(at_renewal, SWEEPS[RenewSubscriptions])
    assert sorted(renewed(at_renewal)) == sorted(ids)


def test_sixteen_workers_and_two_beats_renew_each_subscription_once(
    at_renewal: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = subscribers(Books(at_renewal.database), 3)
    monkeypatch.setattr(task, "_work", at_renewal)
    tick = RenewSubscriptions(interval_seconds=3_600).model_dump()
    with ThreadPoolExecutor(16) as workers:
        sweeps = [workers.submit(sweep, at_renewal, SWEEPS[RenewSubscriptions]) for _ in range(14)]
        # two beats tick for the same hour: the second one finds the period taken
        sweeps += [workers.submit(renewals.renew, **tick) for _ in range(2)]
        for done in sweeps:
            done.result()
    assert sorted(renewed(at_renewal)) == sorted(ids)
    with at_renewal.database.transaction() as session:
        charges = session.scalar(select(func.count()).select_from(PaymentAttempt))
        ticks = session.scalar(text("SELECT count(*) FROM job_periods WHERE job = 'renewals.sweep'"))
    assert (charges, ticks) == (6, 1)
