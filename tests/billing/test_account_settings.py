"""A customer changes what it says of itself: only what is given, a billing e-mail once it is confirmed."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from billing.accounts.ask_email import CONFIRMATION, CONFIRMED_WITHIN, MAILS_A_DAY_MAX, ask_again
from billing.accounts.confirm_email import CHANGED, confirm_email
from billing.accounts.queries import get_account, view_settings
from billing.accounts.update import update_account
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.notices.letterhead import Letterhead
from billing.notices.letters import LETTERS
from billing.notices.occasion import Moot, Occasion
from database.engine import Database
from database.ids import uuid7
from database.outbox import OutboxEntry
from schemas.commands.accounts import UpdateAccount
from schemas.documents import NoticeFacts, PartyFacts
from schemas.views.accounts import AccountSettingsView
from tests.billing.subscribers import utc

MONDAY = utc("2026-11-23 09:00")
OLD, NEW = "billing@ada.example", "accounts@ada.example"
LETTERHEAD = Letterhead(PartyFacts("Example SaaS Inc."), "", "", {}, str, "https://billing.example/")


class Customer:
    """Ada, who changes her settings and reads her mail."""

    def __init__(self, database: Database, account_id: UUID) -> None:
        self.database = database
        self.account_id = account_id

    def change(self, at: datetime = MONDAY, **fields: object) -> AccountSettingsView:
        """Say something else, under a cause of its own."""
        command = UpdateAccount.model_validate({"account_id": self.account_id, **fields})
        with self.database.transaction() as session:
            account = update_account(session, UpdateAccount(**command.model_dump()), f"operation/{uuid7()}", at)
            return view_settings(session, account, at)

    def settings(self, at: datetime = MONDAY) -> AccountSettingsView:
        """As they are."""
        with self.database.transaction() as session:
            return view_settings(session, get_account(session, self.account_id), at)

    def resend(self, at: datetime = MONDAY) -> None:
        """Ask for the mail again."""
        with self.database.transaction() as session:
            ask_again(session, self.account_id, f"operation/{uuid7()}", at)

    def confirm(self, token: str, at: datetime = MONDAY) -> None:
        """Follow a link."""
        with self.database.transaction() as session:
            confirm_email(session, token, at)

    def mails(self, topic: str) -> list[OutboxEntry]:
        """What was staged, the oldest first."""
        with self.database.transaction() as session:
            return list(session.scalars(select(OutboxEntry).where(OutboxEntry.topic == topic).order_by(OutboxEntry.id)))

    def read(self, entry: OutboxEntry, at: datetime = MONDAY) -> NoticeFacts:
        """What a mail says when it is sent."""
        with self.database.transaction() as session:
            occasion = Occasion(entry.subject_id, entry.cause, LETTERHEAD, Wall(at), entry.topic)
            return LETTERS[entry.topic](session, occasion)

    def token(self, at: datetime = MONDAY) -> str:
        """That of the link in the newest mail."""
        change = self.read(self.mails(CONFIRMATION)[-1], at).email_change
        assert change is not None
        begin, _, token = change.confirm_url.rstrip("/").rpartition("/")
        assert begin == "https://billing.example/confirm-email"
        return token


@pytest.fixture
def settler(database: Database, account_id: UUID) -> Customer:
    """Ada, of London."""
    return Customer(database, account_id)


def test_what_is_not_given_stays(settler: Customer) -> None:
    before = settler.settings()
    after = settler.change(name="Ada & Co", locale="de_at", time_zone="Europe/Vienna")
    assert (after.name, after.locale, after.time_zone) == ("Ada & Co", "de-AT", "Europe/Vienna")
    kept = {"name", "locale", "time_zone"}
    assert before.model_dump(exclude=kept) == after.model_dump(exclude=kept)
    assert settler.change() == after


def test_null_clears(settler: Customer) -> None:
    settler.change(locale="fr", time_zone="Europe/Paris", recipients={"credits": ["ops@ada.example"]})
    after = settler.change(locale=None, time_zone=None, tax_id=None, recipients=None)
    assert (after.locale, after.time_zone, after.tax_id, after.recipients) == ("en", "UTC", "", {})
    assert not after.tax_id_checked


def test_recipients_are_set_by_kind(settler: Customer) -> None:
    settler.change(recipients={"invoices": ["b@ada.example", "a@ada.example"], "credits": ["ops@ada.example"]})
    after = settler.change(recipients={"invoices": ["cfo@ada.example"], "security": []})
    assert after.recipients == {"invoices": ["cfo@ada.example"], "credits": ["ops@ada.example"]}


def test_an_address_in_another_country_needs_a_number_of_that_country(settler: Customer) -> None:
    with pytest.raises(Rejected) as refused:
        settler.change(billing_address={"city": "Oslo", "country": "NO"})
    assert refused.value.code == "tax_id_invalid"
    assert settler.settings().billing_address["country"] == "GB", "nothing of it was done"
    after = settler.change(billing_address={"city": "Oslo", "country": "NO"}, tax_id="995 525 828")
    assert (after.tax_id, after.tax_id_checked) == ("NO995525828MVA", True)
    assert after.billing_address["line1"] == "", "an address is given whole"


def test_a_language_that_nobody_speaks_is_refused(settler: Customer) -> None:
    with pytest.raises(Rejected) as refused:
        settler.change(locale="xx-YY")
    assert refused.value.code == "locale_unknown"


def test_another_billing_email_is_used_once_its_link_was_followed(settler: Customer) -> None:
    asked = settler.change(billing_email=NEW)
    assert asked.billing_email == OLD
    assert asked.pending_email is not None
    assert (asked.pending_email.email, asked.pending_email.expires_at) == (NEW, MONDAY + CONFIRMED_WITHIN)
    (mail,) = settler.mails(CONFIRMATION)
    assert settler.read(mail).buyer.email == NEW
    settler.confirm(settler.token())
    after = settler.settings()
    assert (after.billing_email, after.pending_email) == (NEW, None)
    (told,) = settler.mails(CHANGED)
    assert settler.read(told).buyer.email == OLD, "the address before is told"


def test_a_link_works_once(settler: Customer) -> None:
    settler.change(billing_email=NEW)
    token = settler.token()
    settler.confirm(token)
    with pytest.raises(Rejected, match="used before"):
        settler.confirm(token)
    assert len(settler.mails(CHANGED)) == 1


def test_a_link_ends_after_three_days(settler: Customer) -> None:
    settler.change(billing_email=NEW)
    token = settler.token()
    with pytest.raises(Rejected, match="is over"):
        settler.confirm(token, MONDAY + CONFIRMED_WITHIN)
    assert settler.settings(MONDAY + CONFIRMED_WITHIN).pending_email is None
    with pytest.raises(Moot):
        settler.read(settler.mails(CONFIRMATION)[0], MONDAY + CONFIRMED_WITHIN)


def test_of_two_addresses_the_one_that_was_said_last_can_be_confirmed(settler: Customer) -> None:
    settler.change(billing_email="wrong@ada.example")
    wrong = settler.token()
    settler.change(billing_email=NEW)
    with pytest.raises(Rejected):
        settler.confirm(wrong)
    settler.confirm(settler.token())
    assert settler.settings().billing_email == NEW


def test_saying_the_present_address_takes_the_other_back(settler: Customer) -> None:
    settler.change(billing_email=NEW)
    token = settler.token()
    assert settler.change(billing_email=OLD).pending_email is None
    with pytest.raises(Rejected):
        settler.confirm(token)


def test_a_mail_that_was_sent_twice_for_a_lost_answer_has_two_links_that_work(settler: Customer) -> None:
    settler.change(billing_email=NEW)
    first, second = settler.token(), settler.token()
    assert first != second
    settler.resend()
    third = settler.token()
    for ended in (first, second):
        with pytest.raises(Rejected):
            settler.confirm(ended)
    settler.confirm(third)


def test_earlier_tries_of_one_mail_stay_good(settler: Customer) -> None:
    settler.change(billing_email=NEW)
    first = settler.token()
    settler.token()
    settler.confirm(first)
    assert settler.settings().billing_email == NEW


def test_no_row_holds_what_opens_a_link(settler: Customer) -> None:
    settler.change(billing_email=NEW)
    token = settler.token()
    with settler.database.transaction() as session:
        for table in ("confirmation_links", "email_confirmations", "outbox", "accounts"):
            rows = session.scalars(text(f"SELECT t::text FROM {table} t"))  # noqa: S608
            assert all(token not in row for row in rows)


def test_mails_are_limited_by_the_day_to_whichever_address(settler: Customer) -> None:
    for number in range(MAILS_A_DAY_MAX - 1):
        settler.change(billing_email=f"a{number}@ada.example")
    settler.resend()
    for once_more in (settler.resend, lambda: settler.change(billing_email=NEW)):
        with pytest.raises(Rejected) as refused:
            once_more()
        assert (refused.value.code, refused.value.status) == ("too_many_confirmations", 429)
    tomorrow = MONDAY + timedelta(days=1)
    assert settler.change(tomorrow, billing_email=NEW).billing_email == OLD


def test_without_an_address_that_waits_there_is_no_mail_to_send_again(settler: Customer) -> None:
    with pytest.raises(Rejected) as refused:
        settler.resend()
    assert refused.value.code == "no_email_waits"


def test_who_wants_to_know_of_changed_addresses_gets_a_copy(settler: Customer) -> None:
    settler.change(billing_email=NEW, recipients={"security": ["it@ada.example", OLD], "invoices": ["cfo@ada.example"]})
    assert settler.read(settler.mails(CONFIRMATION)[0]).copies == (), "the link is for that address alone"
    settler.confirm(settler.token())
    assert settler.read(settler.mails(CHANGED)[0]).copies == ("it@ada.example",)
