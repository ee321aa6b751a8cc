"""Back up, sell six packages, lose the server, restore, heal: the books are equal to those that were lost."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from billing.accounts.tables import Account
from billing.invariants import violations
from billing.invoices.tables import Invoice, NumberGap
from billing.outcomes.restore_payment import Restored
from billing.top_ups.set import set_top_up
from billing.usage.consume import consume_credits
from calls.heal_books import NUMBERS_UNSEEN, Report
from calls.pull_events import pull_events
from calls.render_invoices import render_invoices
from calls.send_emails import send_emails
from database.engine import Database, make_engine
from database.inbox import InboxEvent
from database.memory import WorkState
from database.outbox import OutboxEntry
from settings import SANDBOX_RESEND_KEY, SANDBOX_STRIPE_KEY, Settings
from stack.account import unprivileged
from stack.ports import free_port
from stack.postgres import EmbeddedPostgres, program
from stack.prepare import prepare
from stack.restore_check import restore_check, summary
from tasks import payments, webhooks
from tests.billing.charges import give_card
from tests.canaries import searched_home
from tests.conftest import UNSYNCED
from tests.gateways.cards_there import save_there
from tests.gateways.sandbox_process import Sandbox
from tests.logins import as_worker, urls_of
from tests.workers.buyers import Buyer
from workers import task
from workers.celery_app import make_app
from workers.wiring import Work, wire

PRICE = 2_999
# all that a purchase leaves behind; the day of issue is that of the payment, whenever it was heard of
LEFT_BEHIND = {
    "invoices": "SELECT id, number, status, total_minor, tax_minor, issued_at::date, paid_at FROM invoices",
    "lines": "SELECT invoice_id, description, net_minor, credits FROM invoice_lines",
    "attempts": "SELECT id, invoice_id, cause, status, amount_minor, payment_ref, charge_ref FROM payment_attempts",
    "receipts": "SELECT reference, amount_minor, allocated_minor, remark, received_at FROM receipts",
    "credits": "SELECT amount, remaining, granted_at::date FROM credit_grants",
    "ledger": "SELECT ledger_account, sum(amount_minor) FROM ledger_entries GROUP BY 1",
    "counters": "SELECT month, last_number FROM invoice_counters",
    "mails": "SELECT topic, cause, state FROM outbox WHERE topic = 'payment_confirmation'",
}


class Shop:
    """Books in a server of their own, which can be backed up, lost and restored, and everything around them."""

    def __init__(self, home: Path, sandbox: Sandbox, broker_url: str, new_books: Path) -> None:
        self.home, self.sandbox = home, sandbox
        self.postgres = EmbeddedPostgres(home, free_port(0), UNSYNCED)
        shutil.copytree(new_books, self.postgres.folder, dirs_exist_ok=True)
        _hand_over(self.postgres.folder)
        self.postgres.start()
        self.url = self.postgres.url("cashbeat")
        self.settings = Settings(
            database_url=self.url,
            worker_database_url=as_worker(self.url),
            broker_url=broker_url,
            cashbeat_home=home / "elsewhere",
            stripe_secret_key=SANDBOX_STRIPE_KEY,
            stripe_api_base=sandbox.address,
            resend_api_key=SANDBOX_RESEND_KEY,
            resend_api_base=sandbox.address,
        )
        self.work = self._hire()
        self.buyer = Buyer(self.work, sandbox)

    def _hire(self) -> Work:
        """Workers, after the server has begun another life."""
        work = wire(self.settings, make_app(self.settings.broker_url))
        task.start(work)
        return work

    def sell(self, count: int, *, is_mailed: bool = True) -> None:
        """So many purchases, from the page to the receipt."""
        for _ in range(count):
            self.buyer.buy()
        self.buyer.hear()
        if is_mailed:
            self.follow_up()

    def follow_up(self) -> None:
        """Everything that waits in the outbox: documents, then their mails."""
        for topic, follow in (("invoice_pdf", render_invoices), ("payment_confirmation", send_emails)):
            with self.work.database.transaction() as session:
                due = select(OutboxEntry.id).where(OutboxEntry.topic == topic, OutboxEntry.state == WorkState.READY)
                ids = session.scalars(due).all()
            follow(self.work, ids)

    def top_up_below(self, credits_left: int) -> None:
        """The customer saves a card, which is charged for a package whenever so few credits are left."""
        card = save_there(self.work.gateway("stripe").saved_methods, self.buyer.account_id, "pm_card_visa")
        give_card(self.work.database, self.buyer.account_id, self.work.wall().at, card)
        with self.work.database.transaction() as session:
            set_top_up(session, self.buyer.account_id, "value", credits_left, 5, self.work.wall().at)

    def use(self, amount: int) -> None:
        """Credits are used, and what this makes fall due is charged."""
        with self.work.database.transaction() as session:
            consume_credits(session, self.buyer.account_id, amount, "use/1", "", self.work.wall().at)
            charges = session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == "charge")).all()
        payments.charge(ids=charges)
        self.follow_up()

    def back_up(self) -> None:
        """As docs/backup.md says."""
        self.backup = self.home / "backup"
        command = [str(program("pg_basebackup")), "-d", self.postgres.url("postgres"), "-D", str(self.backup)]
        done = subprocess.run([*command, "--checkpoint=fast", "--wal-method=stream"], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def lose_and_restore(self) -> None:
        """The disk is gone; the backup is put into its place, and recovered."""
        task.stop()
        self.postgres.kill()
        shutil.rmtree(self.postgres.data_folder)
        shutil.copytree(self.backup, self.postgres.data_folder)
        (self.postgres.data_folder / "recovery.signal").touch()
        with (self.postgres.data_folder / "postgresql.auto.conf").open("a") as settings:
            settings.write("restore_command = 'false'\n")
        _hand_over(self.postgres.data_folder)
        self.postgres.data_folder.chmod(0o700)
        self.postgres.start()

    def check(self, *, apply: bool = True, **wishes: Any) -> Report:
        """What the operator runs."""
        wishes = {"since": None, "numbers_unseen": 0, **wishes}
        return restore_check(self.settings, apply=apply, say=lambda _: None, **wishes)

    def go_on(self) -> None:
        """Workers again; they pull what was told meanwhile."""
        self.work = self.buyer.work = self._hire()
        pull_events(self.work)
        with self.work.database.transaction() as session:
            ids = session.scalars(select(InboxEvent.id).where(InboxEvent.state == WorkState.READY)).all()
        webhooks.handle(ids=ids)
        self.follow_up()

    def books(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that can be compared."""
        with self.owner() as session:
            return {name: sorted(map(tuple, session.execute(text(rows)))) for name, rows in LEFT_BEHIND.items()}

    def owner(self) -> Any:
        """One transaction of the owner's."""
        return Database(make_engine(self.url)).transaction()

    def disorder(self) -> list[str]:
        """What the invariants answer, but that something waits."""
        with self.owner() as session:
            return [each for each in violations(session) if "nothing_waits" not in each]

    def numbers(self) -> list[str]:
        """Of all invoices."""
        with self.owner() as session:
            found = select(Invoice.number).where(Invoice.number.is_not(None)).order_by(Invoice.number)
            return [str(number).rpartition("-")[2] for number in session.scalars(found)]

    def mails(self) -> int:
        """How many were sent."""
        return len(self.sandbox.emails())


def _hand_over(folder: Path) -> None:
    """To the account that PostgreSQL runs as."""
    owner = unprivileged()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.user_id, owner.group_id)


@pytest.fixture(scope="module")
def new_books() -> Iterator[Path]:
    """The folder of a server that has stopped, with books as they were just made: to copy them is a tenth of that."""
    with searched_home("new-books") as home:
        server = EmbeddedPostgres(home, free_port(0), UNSYNCED)
        server.start()
        server.create_database("cashbeat")
        prepare(urls_of(server.url("cashbeat")))
        server.stop()
        yield server.folder


@pytest.fixture
def shop(own_sandbox: Sandbox, broker_url: str, new_books: Path) -> Iterator[Shop]:
    """Away from pytest's own folders, which a second run closes to the account that PostgreSQL runs as."""
    with searched_home("shop") as home:
        opened = Shop(home, own_sandbox, broker_url, new_books)
        yield opened
        task.stop()
        opened.postgres.stop()


def test_six_purchases_after_the_backup_are_in_the_books_again_and_all_is_equal(shop: Shop) -> None:
    shop.sell(1)
    shop.back_up()
    shop.sell(6)
    lost, mails = shop.books(), shop.mails()
    shop.lose_and_restore()
    assert shop.books() != lost

    with pytest.raises(OperationalError, match="restore-check"), shop._hire().database.transaction() as session:
        session.execute(text("SELECT 1"))
    planned = shop.check(apply=False)
    assert len(planned.payments[Restored.PURCHASE]) == 6
    assert shop.books() != lost, "a dry run writes nothing"

    healed = shop.check()
    assert (len(healed.payments[Restored.PURCHASE]), healed.gaps) == (6, [])
    assert shop.books() == lost
    shop.go_on()
    assert shop.books() == lost
    assert (shop.mails(), shop.disorder()) == (mails, []), "nothing is sent twice"
    assert shop.buyer.at_gateway() == (7 * PRICE, 7 * PRICE)
    again = shop.check()
    assert (again.payments[Restored.PURCHASE], again.gaps) == ([], [])
    shop.sell(1)
    assert shop.numbers() == [f"{number:05d}" for number in range(1, 9)]


def test_an_automatic_purchase_after_the_backup_is_in_the_books_again_and_is_not_made_twice(shop: Shop) -> None:
    shop.sell(1)
    shop.top_up_below(100)
    shop.back_up()
    shop.use(1_950)
    lost = shop.books()
    shop.lose_and_restore()
    assert len(shop.check().payments[Restored.PURCHASE]) == 1
    shop.go_on()
    shop.use(1_950)  # the product tells again what the books have forgotten
    assert (shop.books(), shop.disorder()) == (lost, [])
    assert shop.buyer.at_gateway() == (2 * PRICE, 2 * PRICE)


def test_where_a_number_was_seen_by_nobody_the_series_jumps_and_says_why(shop: Shop) -> None:
    shop.sell(1)
    shop.back_up()
    shop.sell(2)
    shop.sell(1, is_mailed=False)
    shop.lose_and_restore()
    (gap,) = shop.check().gaps
    assert (gap.first_number, gap.last_number) == (4, 4 + NUMBERS_UNSEEN)
    assert "seen by nobody" in gap.reason
    shop.go_on()
    assert shop.numbers() == ["00001", "00002", "00003", f"{5 + NUMBERS_UNSEEN:05d}"]
    assert shop.disorder() == []
    with shop.owner() as session:
        assert session.scalars(select(NumberGap.reason)).all() == [gap.reason]


def test_a_number_whose_invoice_is_gone_is_never_given_again(shop: Shop) -> None:
    """The second purchase was of an account that was opened after the backup."""
    shop.sell(1)
    shop.back_up()
    first = shop.buyer.account_id
    shop.buyer = Buyer(shop.work, shop.sandbox)
    shop.sell(1)
    stranger = shop.buyer.account_id
    shop.buyer.account_id = first
    shop.sell(1)
    shop.lose_and_restore()
    report = shop.check()
    assert len(report.payments[Restored.ACCOUNT_UNKNOWN]) == 1
    assert [(gap.first_number, gap.last_number) for gap in report.gaps] == [(2, 2)]
    assert any("are left out" in line for line in summary(report, applied=True))
    shop.go_on()
    assert (shop.numbers(), shop.disorder()) == (["00001", "00003"], [])
    with shop.owner() as session:
        assert session.get(Account, stranger) is None
        parked = select(InboxEvent.error).where(InboxEvent.state == WorkState.PARKED)
        reasons = session.scalars(parked).all()
        assert reasons
        assert all("UnknownMark" in (reason or "") for reason in reasons)


def test_a_page_that_is_open_when_the_books_are_restored_can_still_be_paid(shop: Shop) -> None:
    shop.sell(1)
    shop.back_up()
    url = shop.buyer.open_page()
    shop.lose_and_restore()
    assert len(shop.check().payments[Restored.PURCHASE]) == 1
    shop.go_on()
    assert shop.sandbox.pay(url) == 303
    shop.buyer.hear()
    assert (shop.numbers(), shop.buyer.at_gateway()) == (["00001", "00002"], (2 * PRICE, 2 * PRICE))


@pytest.mark.parametrize("is_paid", [False, True])
def test_a_purchase_that_was_restored_is_not_made_again_under_its_key(shop: Shop, *, is_paid: bool) -> None:
    """Whoever asks again gets the page that was open, and none of what is paid."""
    shop.sell(1)
    shop.back_up()
    url = shop.buyer.open_page(key="once")
    if is_paid:
        assert shop.sandbox.pay(url) == 303
    shop.lose_and_restore()
    assert len(shop.check().payments[Restored.PURCHASE]) == 1
    shop.go_on()
    assert shop.buyer.open_page(key="once") == ("" if is_paid else url)
    assert (len(shop.numbers()), shop.disorder()) == (1 + is_paid, [])


def test_books_that_were_never_restored_let_everybody_in_and_change_nothing(shop: Shop) -> None:
    shop.sell(2)
    before = shop.books()
    report = shop.check()
    assert (report.gaps, report.payments[Restored.PURCHASE]) == ([], [])
    assert shop.books() == before
