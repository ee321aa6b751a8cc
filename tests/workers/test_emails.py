"""E-mails, from the outbox to the inbox: every kind is sent once, and what is no longer true is dropped."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import requests
from sqlalchemy import select, text

from billing.catalog.seed import seed
from billing.credits.consume import consume_credits
from billing.credits.grant import grant_credits
from billing.credits.tables import CreditSource
from billing.credits.watch import set_watch
from billing.invoices.attach_document import attach_document
from billing.payments.record_outcome import record_outcome
from billing.subscriptions.cancel import cancel_subscription
from billing.subscriptions.pause import pause_subscription
from billing.subscriptions.queries import lock_subscription
from billing.subscriptions.reactivate import reactivate_subscription
from database.engine import Database, make_engine
from database.memory import WorkState
from database.outbox import OutboxEntry
from database.roles import WORKER
from gateways.resend.client import ResendGateway
from schemas.documents import PartyFacts
from schemas.facts import PaymentStatus
from schemas.messages import DunInvoices, NoticeCards, SendEmails
from tasks import dunning, emails, notices
from tests.billing.purchases import fact, start_purchase
from tests.billing.subscribers import Books, utc
from tests.gateways.sandbox_process import Sandbox, running_sandbox
from workers import task
from workers.celery_app import make_app
from workers.producer import Bell
from workers.wiring import Work

MAY, JUNE = utc("2026-05-01 10:00"), utc("2026-06-01 10:00")
PDF = b"%PDF-1.7 an invoice"


@pytest.fixture(scope="module")
def resend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The sandbox, whose inbox keeps what was sent."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    """Books with a catalog."""
    database = Database(make_engine(database_url, WORKER, pool_size=5))
    with database.transaction() as session:
        seed(session)
    yield Books(database)
    database.engine.dispose()


@pytest.fixture
def ada(books: Books) -> UUID:
    """A customer with a card."""
    account_id = books.open()
    books.give_card(account_id, utc("2026-01-01 09:00"))
    return account_id


def _work(books: Books, resend: Sandbox, now: datetime, broker_url: str = "") -> Work:
    """What a worker process has, at a given time. E-mails ring for nothing and need no broker."""
    return Work(
        database=books.database,
        bell=Bell(make_app(broker_url)),
        payments={},
        email=ResendGateway("re_sandbox", resend.address),
        seller=PartyFacts("Example SaaS Inc.", email="billing@example.com"),
        payment_instructions="Example Bank, IBAN DE00",
        portal_url="https://app.example/billing",
        now=lambda: now,
    )


def _send_all(books: Books, resend: Sandbox, now: datetime) -> dict[str, OutboxEntry]:
    """Send what waits in the outbox, as the task does; the rows by topic."""
    mails = select(OutboxEntry).where(OutboxEntry.topic.in_(emails.EMAILS))
    with books.database.transaction() as session:
        ids = [row.id for row in session.scalars(mails.where(OutboxEntry.state == WorkState.READY))]
    task.start(_work(books, resend, now))
    for row_id in ids:
        emails.send(**SendEmails(ids=(row_id,)).model_dump(mode="json"))
    with books.database.transaction() as session:
        return {row.topic: row for row in session.scalars(mails.order_by(OutboxEntry.id)) if row.id in ids}


def _inbox(resend: Sandbox, sent: dict[str, OutboxEntry]) -> dict[str, tuple[str, str]]:
    """(subject, attached file) of the mails that were sent for these rows, by topic."""
    answer = requests.get(f"{resend.address}/sandbox/inbox.json", timeout=10)
    mails = {email["idempotency_key"]: email for email in answer.json()["emails"]}
    found = {topic: mails[row.cause] for topic, row in sent.items() if row.cause in mails}
    return {topic: (mail["subject"], _file(mail)) for topic, mail in found.items()}


def _file(mail: dict[str, Any]) -> str:
    return ", ".join(file["filename"] for file in mail["attachments"])


def _render(books: Books, account_id: UUID, now: datetime) -> None:
    """Every invoice of an account gets a document."""
    for invoice in books.invoices(account_id):
        with books.database.transaction() as session:
            attach_document(session, invoice.id, PDF, now)


def test_a_subscriber_is_told_of_start_failure_and_renewal_with_the_invoice(
    books: Books, ada: UUID, resend: Sandbox
) -> None:
    books.subscribe(ada, MAY)
    books.answer(MAY)
    _render(books, ada, MAY)
    assert _inbox(resend, _send_all(books, resend, MAY)) == {
        "subscription_activated": ("Your Starter subscription is active", "INV-2026-05-00001.pdf"),
    }

    books.come_due(JUNE)
    books.answer(JUNE, "insufficient_funds")
    assert _inbox(resend, _send_all(books, resend, JUNE)) == {
        "payment_failed": ("Payment failed for your Starter subscription", ""),
    }

    books.give_card(ada, utc("2026-06-01 12:00"))
    books.answer(utc("2026-06-01 12:00"))
    _render(books, ada, utc("2026-06-01 12:00"))
    assert _inbox(resend, _send_all(books, resend, utc("2026-06-01 12:00"))) == {
        "subscription_renewal": ("Your Starter subscription was renewed", "INV-2026-06-00001.pdf"),
    }
    assert _send_all(books, resend, utc("2026-06-01 12:00")) == {}


def test_what_the_calendar_and_the_customer_bring_about_is_told_too(books: Books, ada: UUID, resend: Sandbox) -> None:
    subscription_id = books.subscribe(ada, MAY, trial_days=14)
    with books.database.transaction() as session:
        session.execute(text("UPDATE cards SET exp_year = 2026, exp_month = 5"))
    started = _send_all(books, resend, MAY)
    task.start(_work(books, resend, utc("2026-05-13 10:00")))
    notices.notice(**NoticeCards(interval_seconds=3_600).model_dump(mode="json"))
    reminded = _send_all(books, resend, utc("2026-05-13 10:00"))

    with books.database.transaction() as session:
        set_watch(session, ada, 100)
        grant_credits(session, ada, CreditSource.PACKAGE, "gift", 120, None, MAY)
    with books.database.transaction() as session:
        consume_credits(session, ada, 70, "operation/1", "", MAY)
        pause_subscription(session, lock_subscription(session, subscription_id), None, "1", MAY)
    paused = _send_all(books, resend, utc("2026-05-13 11:00"))
    with books.database.transaction() as session:
        subscription = lock_subscription(session, subscription_id)
        cancel_subscription(session, subscription, at_period_end=False, cause="1", now=utc("2026-05-14 10:00"))
    ended = _send_all(books, resend, utc("2026-05-14 10:00"))

    assert _inbox(resend, started | reminded | paused | ended) == {
        "subscription_activated": ("Your Starter trial has started", ""),
        "trial_ending": ("Your Starter trial ends on May 15, 2026", ""),
        "card_expiring": ("Your Visa ending in 4242 expires soon", ""),
        "low_credits": ("Your credits are running low", ""),
        "subscription_paused": ("Your Starter subscription is paused", ""),
        "subscription_cancelled": ("Your Starter subscription has ended", ""),
    }


def test_a_bill_to_transfer_and_a_receipt_of_a_purchase_carry_their_invoices(
    books: Books, ada: UUID, resend: Sandbox
) -> None:
    books.subscribe(ada, MAY, pay_by="transfer")
    _render(books, ada, MAY)
    created = _send_all(books, resend, MAY)
    eve = books.open("Eve")
    request = start_purchase(books.database, eve, MAY)
    with books.database.transaction() as session:
        record_outcome(session, fact(request, PaymentStatus.CAPTURED, paid_at=MAY), MAY)
    _render(books, eve, MAY)
    receipt = _send_all(books, resend, MAY)
    assert _inbox(resend, created | receipt) == {
        "invoice_created": ("Invoice INV-2026-05-00001, due May 15, 2026", "INV-2026-05-00001.pdf"),
        "payment_confirmation": ("Payment received: INV-2026-05-00002", "INV-2026-05-00002.pdf"),
    }


def test_a_mail_that_is_no_longer_true_is_dropped_and_its_row_says_why(
    books: Books, ada: UUID, resend: Sandbox
) -> None:
    subscription_id = books.subscribe(ada, MAY)
    books.answer(MAY, "do_not_honor")
    books.give_card(ada, MAY)
    books.answer(MAY)
    with books.database.transaction() as session:
        subscription = lock_subscription(session, subscription_id)
        cancel_subscription(session, subscription, at_period_end=True, cause="1", now=MAY)
    with books.database.transaction() as session:
        reactivate_subscription(lock_subscription(session, subscription_id), MAY)

    dropped = _send_all(books, resend, MAY)
    assert {topic: (row.state, row.result) for topic, row in dropped.items()} == {
        "payment_failed": (WorkState.DONE, {"dropped": "the invoice is paid"}),
        "subscription_cancelled": (WorkState.DONE, {"dropped": "the subscription was reactivated"}),
    }
    assert _inbox(resend, dropped) == {}


def test_two_ticks_of_one_period_sweep_once_and_the_sweep_may_be_called_at_any_time(
    books: Books, ada: UUID, resend: Sandbox, broker_url: str
) -> None:
    books.subscribe(ada, MAY)
    books.answer(MAY)
    books.come_due(JUNE)
    books.answer(JUNE, "insufficient_funds")
    tick = DunInvoices(interval_seconds=86_400).model_dump(mode="json")
    for day, begun in (("2026-06-02 09:59", 0), ("2026-06-02 10:00", 0)):
        work = _work(books, resend, utc(day), broker_url)
        task.start(work)
        dunning.sweep(**tick)
        assert books.answer(utc(day)) == begun
    assert dunning.sweep_dunning(work) == 1
    assert books.answer(utc("2026-06-02 10:01")) == 1
    assert dunning.sweep_dunning(work) == 0
