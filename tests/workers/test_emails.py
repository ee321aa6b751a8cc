"""E-mails, from the outbox to the inbox: every kind is sent once, and what is no longer true is dropped."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from billing.catalog.seed import seed
from billing.clocks.timelines import Timeline
from billing.credits.consume import consume_credits
from billing.credits.watch import set_watch
from billing.dunning.tables import DunningEnd, DunningPolicy
from billing.invoices.attach_document import attach_document
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.notices.card_expiring import notice_card_expiring
from billing.notices.trial_ending import notice_trial_ending
from billing.subscriptions.pause import pause_subscription
from billing.subscriptions.queries import lock_subscription
from database.engine import Database, make_engine
from database.memory import WorkState
from database.outbox import OutboxEntry
from database.roles import WORKER
from gateways.resend.client import ResendGateway
from schemas.documents import PartyFacts
from schemas.messages import TOPICS, DunInvoices, NoticeCards, SendEmails
from tasks import dunning, emails, notices
from tests.billing.subscribers import Books, utc
from tests.gateways.sandbox_process import Sandbox, running_sandbox
from workers import task
from workers.celery_app import app
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


def _work(books: Books, resend: Sandbox, now: datetime, broker_url: str = "redis://127.0.0.1:1/0") -> Work:
    """What a worker process has, at a given time."""
    return Work(
        database=books.database,
        bell=Bell(app),
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


def _inbox(resend: Sandbox, row: OutboxEntry) -> dict[str, Any]:
    """The one mail that was sent for a row of the outbox."""
    [email] = [each for each in resend.inbox() if each["idempotency_key"] == row.cause]
    return email


def _render(books: Books, account_id: UUID, now: datetime) -> None:
    """Every invoice of an account gets a document."""
    for invoice in books.invoices(account_id):
        with books.database.transaction() as session:
            attach_document(session, invoice.id, PDF, now)
