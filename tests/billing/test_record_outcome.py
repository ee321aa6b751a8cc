"""What the gateway says, in any order and any number of times, ends in the same books."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
from sqlalchemy import func, select

from billing.clocks.wall import Wall
from billing.credits.queries import view_balance
from billing.credits.tables import CreditGrant
from billing.errors import UnknownMark
from billing.invariants import violations
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.outcomes.record_outcome import Outcome, PaymentContradiction, record_outcome, record_outcomes
from billing.payments.queries import open_checkouts
from billing.payments.tables import AttemptStatus, PaymentAttempt
from database.engine import Database
from database.outbox import OutboxEntry
from schemas.facts.payments import PaymentFact, PaymentStatus
from tests.billing.conftest import NOON
from tests.billing.purchases import fact, start_purchase

PENDING, CAPTURED, FAILED, EXPIRED = (
    PaymentStatus.PENDING,
    PaymentStatus.CAPTURED,
    PaymentStatus.FAILED,
    PaymentStatus.EXPIRED,
)


def _record(database: Database, news: PaymentFact) -> Outcome:
    with database.transaction() as session:
        return record_outcome(session, news, Wall(NOON))


@pytest.mark.parametrize("order", sorted(set(permutations([PENDING, FAILED, CAPTURED, CAPTURED]))))
def test_a_payment_is_booked_once_in_every_order_of_news(
    database: Database, account_id: UUID, order: tuple[PaymentStatus, ...]
) -> None:
    request = start_purchase(database, account_id, NOON)
    outcomes = [_record(database, fact(request, status)) for status in order]

    with database.transaction() as session:
        invoice = session.scalars(select(Invoice)).one()
        assert (invoice.status, invoice.number) == (InvoiceStatus.PAID, "INV-2026-11-00001")
        assert session.scalars(select(PaymentAttempt)).one().status is AttemptStatus.CAPTURED
        assert view_balance(session, account_id, NOON).balance == 2_000
        assert balances(session) == {
            (LedgerAccount.GATEWAY_CLEARING, "stripe", "USD"): 2_999,
            (LedgerAccount.RECEIVABLE, "", "USD"): 0,
            (LedgerAccount.DEFERRED_REVENUE, "", "USD"): -2_999,
        }
        assert list(session.scalars(select(OutboxEntry.topic))) == ["invoice_pdf"]
        assert violations(session) == []
    assert outcomes[order.index(CAPTURED)] is Outcome.RECORDED
    assert outcomes[len(order) - 1 - order[::-1].index(CAPTURED)] is Outcome.KNOWN


def test_sixteen_workers_with_the_same_news_book_it_once(database: Database, account_id: UUID) -> None:
    request = start_purchase(database, account_id, NOON)
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: _record(database, fact(request, CAPTURED)), range(16)))
    assert outcomes.count(Outcome.RECORDED) == 1
    with database.transaction() as session:
        assert session.scalar(select(func.count(CreditGrant.id))) == 1
        assert violations(session) == []


def test_an_expired_checkout_leaves_no_number_behind(database: Database, account_id: UUID) -> None:
    first = start_purchase(database, account_id, NOON)
    assert [_record(database, fact(first, EXPIRED)) for _ in range(2)] == [Outcome.RECORDED, Outcome.KNOWN]
    second = start_purchase(database, account_id, NOON)
    _record(database, fact(second, CAPTURED))
    with database.transaction() as session:
        numbers = list(session.scalars(select(Invoice.number).order_by(Invoice.id)))
        assert numbers == [None, "INV-2026-11-00001"]
        assert violations(session) == []


def test_news_of_another_page_than_was_opened_is_for_a_person_to_look_at(database: Database, account_id: UUID) -> None:
    request = start_purchase(database, account_id, NOON)
    stranger = replace(fact(request, EXPIRED), checkout_ref="cs_test_another")
    with pytest.raises(PaymentContradiction, match="opened as another checkout"):
        _record(database, stranger)


def test_a_batch_is_recorded_as_its_payments_would_be_one_by_one(database: Database, account_id: UUID) -> None:
    requests = [start_purchase(database, account_id, NOON) for _ in range(5)]
    statuses = [CAPTURED, PENDING, EXPIRED, CAPTURED, CAPTURED]
    news = [fact(request, status) for request, status in zip(requests, statuses, strict=True)]
    foreign = replace(news[0], attempt_id="")
    with database.transaction() as session:
        outcomes = record_outcomes(session, [*news, foreign, news[0]], Wall(NOON))
    assert outcomes == [
        Outcome.RECORDED, Outcome.KNOWN, Outcome.RECORDED, Outcome.RECORDED, Outcome.RECORDED,
        Outcome.NOT_OURS, Outcome.KNOWN,
    ]  # fmt: skip
    with database.transaction() as session:
        invoices = session.scalars(select(Invoice).order_by(Invoice.id)).all()
        numbers = ["INV-2026-11-00001", None, None, "INV-2026-11-00002", "INV-2026-11-00003"]
        assert [invoice.number for invoice in invoices] == numbers
        assert view_balance(session, account_id, NOON).balance == 6_000
        assert violations(session) == []


def test_a_payment_that_is_not_ours_changes_nothing(database: Database, account_id: UUID) -> None:
    request = start_purchase(database, account_id, NOON)
    assert _record(database, replace(fact(request, CAPTURED), attempt_id="")) is Outcome.NOT_OURS


@pytest.mark.parametrize("status", list(PaymentStatus))
@pytest.mark.parametrize("mark", ["not-a-uuid", "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"])
def test_a_payment_that_bears_a_mark_we_do_not_know_is_for_a_person_to_look_at(
    database: Database, account_id: UUID, status: PaymentStatus, mark: str
) -> None:
    request = start_purchase(database, account_id, NOON)
    with pytest.raises(UnknownMark, match=mark):
        _record(database, replace(fact(request, status), attempt_id=mark))


def test_an_open_checkout_is_asked_about_until_it_is_final(database: Database, account_id: UUID) -> None:
    request = start_purchase(database, account_id, NOON)
    soon, later = NOON + timedelta(minutes=1), NOON + timedelta(minutes=16)
    with database.transaction() as session:
        assert open_checkouts(session, Wall(soon), 10) == []
        [waiting] = open_checkouts(session, Wall(later), 10)
    assert (waiting.attempt_id, waiting.checkout_ref) == (UUID(request.attempt_id), f"cs_test_{request.attempt_id}")
    assert (waiting.gateway, waiting.request) == ("stripe", request)
    _record(database, fact(request, CAPTURED))
    with database.transaction() as session:
        assert open_checkouts(session, Wall(NOON + timedelta(days=1)), 10) == []


def test_the_second_purchase_knows_the_customer(database: Database, account_id: UUID) -> None:
    first = start_purchase(database, account_id, NOON)
    assert (first.customer_ref, first.customer_email) == ("", "billing@ada.example")
    _record(database, fact(first, CAPTURED))
    assert start_purchase(database, account_id, NOON).customer_ref == "cus_1"
