"""E-mails, from the outbox to the inbox: every kind is sent once, and what is no longer true is dropped.

And the sweeps that stage them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import requests
from sqlalchemy import select, text, update

from billing.agenda.duties import SWEEPS
from billing.catalog.seed import seed
from billing.clocks.wall import Wall
from billing.credits.tables import CreditSource
from billing.credits.watch import set_watch
from billing.cycle.end.cancel import cancel_subscription
from billing.cycle.end.reactivate import reactivate_subscription
from billing.cycle.pause.pause import pause_subscription
from billing.dunning.tables import Dunning
from billing.invoices.attach_document import attach_document
from billing.invoices.tables import InvoiceStatus
from billing.outcomes.record_outcome import record_outcome
from billing.subscriptions.queries import lock_subscription
from billing.top_ups.set import set_top_up
from billing.usage.consume import consume_credits
from calls.send_emails import EMAILS
from database.engine import Database, make_engine
from database.memory import WorkState
from database.outbox import OutboxEntry
from gateways.resend.client import ResendGateway
from schemas.documents import PartyFacts
from schemas.facts.payments import PaymentStatus
from schemas.messages.emails import SendEmails
from schemas.messages.renewals import DunInvoices, NoticeCards
from tasks import emails, renewals
from tests.billing.gifts import grant_credits
from tests.billing.purchases import fact, start_purchase
from tests.billing.subscribers import Books, utc
from tests.gateways.sandbox_process import Sandbox
from tests.logins import as_worker
from workers import task
from workers.celery_app import make_app
from workers.producer import Bell
from workers.sweeps import sweep
from workers.wiring import Work

MAY, JUNE = utc("2026-05-01 10:00"), utc("2026-06-01 10:00")
PDF = b"%PDF-1.7 an invoice"
A_CENTURY = 3_155_760_000


class Desk(Books):
    """Books, and a worker that sends e-mails into the sandbox's inbox."""

    def __init__(self, database: Database, resend: Sandbox, broker_url: str) -> None:
        super().__init__(database)
        self.resend = resend
        self.bell = Bell(make_app(broker_url))

    def work(self, now: datetime) -> Work:
        """What a worker process has, at a given time."""
        return Work(
            database=self.database,
            bell=self.bell,
            gateways={},
            open_email=lambda: ResendGateway("re_sandbox", self.resend.address),
            seller=PartyFacts("Example SaaS Inc.", email="billing@example.com"),
            payment_instructions="Example Bank, IBAN DE00",
            portal_url="https://app.example/billing",
            wall=lambda: Wall(now),
        )

    def send_all(self, now: datetime) -> dict[str, OutboxEntry]:
        """Send what waits in the outbox, as the task does; the rows by topic."""
        mails = select(OutboxEntry).where(OutboxEntry.topic.in_(EMAILS))
        with self.database.transaction() as session:
            ids = [row.id for row in session.scalars(mails.where(OutboxEntry.state == WorkState.READY))]
        task.start(self.work(now))
        for row_id in ids:
            emails.send(**SendEmails(ids=(row_id,)).model_dump(mode="json"))
        with self.database.transaction() as session:
            return {row.topic: row for row in session.scalars(mails) if row.id in ids}

    def render(self, account_id: UUID, now: datetime) -> None:
        """Every invoice of an account gets a document."""
        for invoice in self.invoices(account_id):
            with self.database.transaction() as session:
                attach_document(session, invoice.id, PDF, Wall(now), is_paid=invoice.status is InvoiceStatus.PAID)

    def inbox(self, sent: dict[str, OutboxEntry]) -> dict[str, tuple[str, str]]:
        """(subject, attached file) of the mails that arrived for these rows, by topic."""
        answer = requests.get(f"{self.resend.address}/sandbox/inbox.json", timeout=10)
        mails = {email["idempotency_key"]: email for email in answer.json()["emails"]}
        found = {topic: mails[row.cause] for topic, row in sent.items() if row.cause in mails}
        return {topic: (mail["subject"], _file(mail)) for topic, mail in found.items()}


def _file(mail: dict[str, Any]) -> str:
    return ", ".join(file["filename"] for file in mail["attachments"])


@pytest.fixture
def mail_desk(database_url: str, module_sandbox: Sandbox, broker_url: str) -> Iterator[Desk]:
    """Books with a catalog, and everything that sending takes."""
    database = Database(make_engine(as_worker(database_url), pool_size=5))
    with database.transaction() as session:
        seed(session)
    yield Desk(database, module_sandbox, broker_url)
    database.engine.dispose()


@pytest.fixture
def recipient(mail_desk: Desk) -> UUID:
    """A customer with a card."""
    account_id = mail_desk.open()
    mail_desk.give_card(account_id, utc("2026-01-01 09:00"))
    return account_id


def test_a_subscriber_is_told_of_start_failure_and_renewal_with_the_invoice(mail_desk: Desk, recipient: UUID) -> None:
    mail_desk.subscribe(recipient, MAY)
    mail_desk.answer(MAY)
    mail_desk.render(recipient, MAY)
    assert mail_desk.inbox(mail_desk.send_all(MAY)) == {
        "subscription_activated": ("Your Starter subscription is active", "INV-2026-05-00001.pdf"),
    }

    mail_desk.come_due(JUNE)
    mail_desk.answer(JUNE, "insufficient_funds")
    assert mail_desk.inbox(mail_desk.send_all(JUNE)) == {
        "payment_failed": ("Payment failed for your Starter subscription", ""),
    }

    mail_desk.give_card(recipient, utc("2026-06-01 12:00"))
    mail_desk.answer(utc("2026-06-01 12:00"))
    mail_desk.render(recipient, utc("2026-06-01 12:00"))
    assert mail_desk.inbox(mail_desk.send_all(utc("2026-06-01 12:00"))) == {
        "subscription_renewal": ("Your Starter subscription was renewed", "INV-2026-06-00001.pdf"),
    }
    assert mail_desk.send_all(utc("2026-06-01 12:00")) == {}


def test_what_the_calendar_and_the_customer_bring_about_is_told_too(mail_desk: Desk, recipient: UUID) -> None:
    subscription_id = mail_desk.subscribe(recipient, MAY, trial_days=14)
    with mail_desk.database.transaction() as session:
        session.execute(text("UPDATE cards SET exp_year = 2026, exp_month = 5"))
    started = mail_desk.send_all(MAY)
    task.start(mail_desk.work(utc("2026-05-13 10:00")))
    renewals.notice(**NoticeCards(interval_seconds=3_600).model_dump(mode="json"))
    reminded = mail_desk.send_all(utc("2026-05-13 10:00"))

    with mail_desk.database.transaction() as session:
        set_watch(session, recipient, 100)
        grant_credits(session, recipient, CreditSource.PACKAGE, "gift", 120, None, MAY)
    with mail_desk.database.transaction() as session:
        consume_credits(session, recipient, 70, "operation/1", "", MAY)
        pause_subscription(session, lock_subscription(session, subscription_id), None, "1", MAY)
    paused = mail_desk.send_all(utc("2026-05-13 11:00"))
    with mail_desk.database.transaction() as session:
        subscription = lock_subscription(session, subscription_id)
        cancel_subscription(session, subscription, at_period_end=False, cause="1", now=utc("2026-05-14 10:00"))
    ended = mail_desk.send_all(utc("2026-05-14 10:00"))

    assert mail_desk.inbox(started | reminded | paused | ended) == {
        "subscription_activated": ("Your Starter trial has started", ""),
        "trial_ending": ("Your Starter trial ends on 15 May 2026", ""),
        "card_expiring": ("Your Visa ending in 4242 expires soon", ""),
        "low_credits": ("Your credits are running low", ""),
        "subscription_paused": ("Your Starter subscription is paused", ""),
        "subscription_canceled": ("Your Starter subscription has ended", ""),
    }


def test_a_bill_to_transfer_and_a_receipt_of_a_purchase_carry_their_invoices(mail_desk: Desk, recipient: UUID) -> None:
    mail_desk.subscribe(recipient, MAY, pay_by="transfer")
    mail_desk.render(recipient, MAY)
    created = mail_desk.send_all(MAY)
    eve = mail_desk.open("Eve")
    request = start_purchase(mail_desk.database, eve, MAY)
    with mail_desk.database.transaction() as session:
        record_outcome(session, fact(request, PaymentStatus.CAPTURED, paid_at=MAY), Wall(MAY))
    mail_desk.render(eve, MAY)
    receipt = mail_desk.send_all(MAY)
    assert mail_desk.inbox(created | receipt) == {
        "invoice_created": ("Invoice INV-2026-05-00001, due 15 May 2026", "INV-2026-05-00001.pdf"),
        "payment_confirmation": ("Payment received: INV-2026-05-00002", "INV-2026-05-00002.pdf"),
    }


def test_an_automatic_top_up_that_is_declined_is_told(mail_desk: Desk, recipient: UUID) -> None:
    with mail_desk.database.transaction() as session:
        set_top_up(session, recipient, "starter", 50, 2, MAY)
    mail_desk.answer(MAY, "insufficient_funds")
    assert mail_desk.inbox(mail_desk.send_all(MAY)) == {"top_up_stopped": ("Your automatic top-up has stopped", "")}


def test_a_mail_that_is_no_longer_true_is_dropped_and_its_row_says_why(mail_desk: Desk, recipient: UUID) -> None:
    subscription_id = mail_desk.subscribe(recipient, MAY)
    mail_desk.answer(MAY, "do_not_honor")
    mail_desk.give_card(recipient, MAY)
    mail_desk.answer(MAY)
    with mail_desk.database.transaction() as session:
        subscription = lock_subscription(session, subscription_id)
        cancel_subscription(session, subscription, at_period_end=True, cause="1", now=MAY)
    with mail_desk.database.transaction() as session:
        reactivate_subscription(lock_subscription(session, subscription_id), MAY)

    dropped = mail_desk.send_all(MAY)
    assert {topic: (row.state, row.result) for topic, row in dropped.items()} == {
        "payment_failed": (WorkState.DONE, {"dropped": "the invoice is paid"}),
        "subscription_canceled": (WorkState.DONE, {"dropped": "the subscription was reactivated"}),
    }
    assert mail_desk.inbox(dropped) == {}


def test_a_mail_that_went_out_without_an_answer_is_not_refused_because_its_news_moved_on(
    mail_desk: Desk, recipient: UUID
) -> None:
    with mail_desk.database.transaction() as session:
        set_watch(session, recipient, 100)
        grant_credits(session, recipient, CreditSource.PACKAGE, "gift", 120, None, MAY)
    with mail_desk.database.transaction() as session:
        consume_credits(session, recipient, 70, "operation/1", "", MAY)
    mail_desk.resend.arm("answer_lost", count=1, path="/emails")
    assert mail_desk.send_all(MAY)["low_credits"].state is WorkState.READY

    with mail_desk.database.transaction() as session:
        consume_credits(session, recipient, 5, "operation/2", "", MAY)
        session.execute(update(OutboxEntry).values(next_attempt_at=OutboxEntry.created_at))
    again = mail_desk.send_all(MAY)
    assert (again["low_credits"].state, again["low_credits"].result) == (
        WorkState.DONE,
        {"went_out": "on an earlier try, with what was true then"},
    )
    assert len(mail_desk.resend.emails_with(again["low_credits"].cause)) == 1


def test_two_ticks_of_one_period_sweep_once_and_the_sweep_may_be_called_at_any_time(
    mail_desk: Desk, recipient: UUID
) -> None:
    mail_desk.subscribe(recipient, MAY)
    mail_desk.answer(MAY)
    mail_desk.come_due(JUNE)
    mail_desk.answer(JUNE, "insufficient_funds")
    tick = DunInvoices(interval_seconds=A_CENTURY).model_dump(mode="json")
    for now in (utc("2026-06-02 09:59"), utc("2026-06-02 10:00")):
        task.start(mail_desk.work(now))
        renewals.dun(**tick)
    assert mail_desk.answer(utc("2026-06-02 10:00")) == 0, "the second tick was one too many"
    work = mail_desk.work(utc("2026-06-02 10:01"))
    assert [sweep(work, SWEEPS[DunInvoices]), sweep(work, SWEEPS[DunInvoices])] == [1, 0]
    assert mail_desk.answer(utc("2026-06-02 10:01")) == 1


def test_an_invoice_that_cannot_be_dunned_holds_up_no_other(mail_desk: Desk, recipient: UUID) -> None:
    eve = mail_desk.open("Eve")
    mail_desk.give_card(eve, MAY)
    ids = [mail_desk.subscribe(account_id, MAY) for account_id in (recipient, eve)]
    mail_desk.answer(MAY)
    mail_desk.come_due(JUNE)
    mail_desk.answer(JUNE, "stolen_card")
    with mail_desk.database.transaction() as session:
        session.execute(update(Dunning).where(Dunning.account_id == recipient).values(policy={"slug": "broken"}))
    assert sweep(mail_desk.work(utc("2026-06-08 10:00")), SWEEPS[DunInvoices]) == 1
    assert [mail_desk.subscription(found).status.value for found in ids] == ["past_due", "canceled"]
