"""A copy of all that is known of an account: written by a worker, by the list of what is personal, and kept a week."""

import io
import json
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from billing.accounts.tables import Account
from billing.catalog.seed import seed
from billing.clocks.timelines import Timeline
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.invoices.attach_document import attach_document
from billing.invoices.tables import Invoice
from billing.privacy.ask_export import EXPORT, FETCHED_WITHIN, ask_export
from billing.privacy.collect import TABLES
from billing.privacy.forget_due import remove_expired
from billing.privacy.queries import get_export_file, show_export
from calls.write_exports import write_exports
from database.audit.tables import ActorKind
from database.audit.write import Actor, Deed, write_down
from database.ids import uuid7
from database.operations import stage_command
from database.outbox import OutboxEntry
from tests.billing.subscribers import Books, utc
from tests.workers.hands import equip
from workers.wiring import Work

APRIL = utc("2026-04-01 10:00")


@pytest.fixture
def exporter(database_url: str, broker_url: str) -> Work:
    """A worker that writes copies."""
    return equip(database_url, broker_url)


@pytest.fixture
def known(exporter: Work) -> UUID:
    """A customer with a card, a subscription, an invoice and its paper, and a command that mentions it."""
    books = Books(exporter.database)
    with exporter.database.transaction() as session:
        seed(session)
    account_id = books.open("Zerlinde Quastenflosser")
    books.give_card(account_id, APRIL)
    books.subscribe(account_id, APRIL)
    books.answer(APRIL)
    with exporter.database.transaction() as session:
        invoice = session.scalars(select(Invoice)).one()
        attach_document(session, invoice.id, b"%PDF-1.7 Zerlinde", Wall(APRIL), is_paid=True)
        stage_command(session, "set_balance_watch", {"account_id": str(account_id), "warn_below": 5}, "app/shop")
        moved = {"accounts": {str(account_id): {"name": "Zerlinde Quastenflosser"}}}
        write_down(session, [Deed(Actor(ActorKind.KEY, "app/shop"), "update_settings", account_id, after=moved)])
    return account_id


def _write(work: Work, account_id: UUID) -> None:
    with work.database.transaction() as session:
        asked = ask_export(session, account_id, work.wall().at)
        assert ask_export(session, account_id, work.wall().at).id == asked.id, "one at a time"
        assert show_export(session, account_id, work.wall().at).status == "asked"
        waiting = list(session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == EXPORT)))
    write_exports(work, waiting[-1:])


def _archive(work: Work, account_id: UUID) -> zipfile.ZipFile:
    with work.database.transaction() as session:
        return zipfile.ZipFile(io.BytesIO(get_export_file(session, account_id, work.wall().at)))


def test_it_has_everything_that_is_known(exporter: Work, known: UUID) -> None:
    _write(exporter, known)
    archive = _archive(exporter, known)
    told = json.loads(archive.read("account.json"))
    assert set(told) == {table.name for table in TABLES}, "every table of the list"
    (account,) = told["accounts"]
    assert account["name"] == "Zerlinde Quastenflosser"
    assert told["invoices"][0]["buyer"]["name"] == "Zerlinde Quastenflosser"
    assert archive.read(told["invoice_documents"][0]["file"]) == b"%PDF-1.7 Zerlinde"
    assert [each["body"]["warn_below"] for each in told["operations"]] == [5]
    (entry,) = told["audit_personal"]
    assert "Zerlinde Quastenflosser" in json.dumps(entry["content"]), "an entry is shown, for it is no file"
    assert told["credit_grants"]
    assert json.loads(archive.read("about.json"))["accounts"]["tax_id"]["purpose"]


def test_it_has_nothing_that_opens_something_and_nothing_of_others(exporter: Work, known: UUID) -> None:
    other = Books(exporter.database).open("Somebody Else")
    _write(exporter, known)
    archive = _archive(exporter, known)
    told = archive.read("account.json").decode()
    assert "Somebody Else" not in told
    assert str(other) not in told
    for hidden in ("pay_secret", "token_sha256", "decided_by", "lease_token"):
        assert hidden not in told


def test_it_is_told_when_it_is_ready_and_removed_after_a_week(exporter: Work, known: UUID) -> None:
    _write(exporter, known)
    now = exporter.wall().at
    with exporter.database.transaction() as session:
        shown = show_export(session, known, now)
        assert (shown.status, shown.parts_done, shown.size_bytes > 0) == ("ready", shown.parts, True)
        assert session.scalars(select(OutboxEntry.topic)).all().count("account_export_ready") == 1
        later = now + FETCHED_WITHIN + timedelta(seconds=1)
        with pytest.raises(Rejected):
            get_export_file(session, known, later)
        assert remove_expired(session, Timeline(None, later), 10) == 1
        assert session.scalar(text("SELECT count(*) FROM account_exports")) == 0


def test_one_that_went_with_its_account_is_not_written(exporter: Work, known: UUID) -> None:
    with exporter.database.transaction() as session:
        ask_export(session, known, exporter.wall().at)
        session.execute(text("DELETE FROM account_exports"))
        waiting = list(session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == EXPORT)))
    write_exports(exporter, waiting)
    with exporter.database.transaction() as session, pytest.raises(Rejected):
        show_export(session, known, exporter.wall().at)


def test_nobody_has_a_copy_who_is_nobody(exporter: Work) -> None:
    with exporter.database.transaction() as session:
        assert session.get(Account, uuid7()) is None
        with pytest.raises(Rejected, match="There is no account"):
            ask_export(session, uuid7(), exporter.wall().at)
