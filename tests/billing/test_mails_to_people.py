"""Mails that the product has sent to people: their links are known as long as they are needed, and to nobody after."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from billing.clocks.wall import Wall
from billing.commands.mails import TOPICS, VERBS
from billing.errors import Rejected
from billing.mail.stage_to_person import HOURLY_MAX, stage_to_person
from billing.mail.stop_address import stop_address
from billing.notices.letters import LETTERS
from billing.notices.occasion import Moot, Occasion
from calls.check_link import check_link
from database.engine import Database
from database.ids import uuid7
from database.memory import WorkState
from database.operations import Operation, stage_command
from database.outbox import OutboxEntry
from schemas.commands import COMMANDS
from schemas.commands.mails import PersonalMail, SendInvitation, SendPasswordReset
from schemas.documents import NoticeFacts
from schemas.facts.mails import MailFact, MailNews
from schemas.messages.emails import PERSONAL
from tests.billing.papers import LETTERHEAD
from tests.billing.subscribers import utc

NOON = utc("2026-11-30 12:00")
LINK = "https://app.example/password?token=Zm9yIEJlYQ"
BEA = "bea@people.example"


class Mailing:
    """One command to send a mail, and what becomes of it."""

    def __init__(self, database: Database, said: PersonalMail) -> None:
        self.database, self.said = database, said
        with database.transaction() as session:
            self.id = stage_command(session, said.kind, said.model_dump(mode="json"), "app/shop")

    def carry_out(self) -> dict[str, Any]:
        """As a worker does."""
        with self.database.transaction() as session:
            operation = session.get_one(Operation, self.id)
            return VERBS[type(self.said)](session, operation, self.said, NOON)

    def end(self, state: WorkState, **values: Any) -> None:
        """The command is over."""
        with self.database.transaction() as session:
            session.execute(update(Operation).where(Operation.id == self.id).values(state=state, **values))

    def end_mail(self, state: WorkState) -> None:
        """The mail is over."""
        with self.database.transaction() as session:
            session.execute(update(OutboxEntry).where(OutboxEntry.subject_id == self.id).values(state=state))

    def body(self) -> dict[str, Any]:
        """What is remembered of what was said."""
        with self.database.transaction() as session:
            return dict(session.get_one(Operation, self.id).body)

    def read(self) -> NoticeFacts:
        """The mail, as it would be sent now."""
        with self.database.transaction() as session:
            mail = session.scalars(select(OutboxEntry).where(OutboxEntry.subject_id == self.id)).one()
            occasion = Occasion(mail.subject_id, mail.cause, LETTERHEAD, Wall(NOON), mail.topic)
            return LETTERS[mail.topic](session, occasion)


@pytest.fixture
def reset(database: Database) -> Mailing:
    """Bea has forgotten her password."""
    return Mailing(database, SendPasswordReset(to=BEA, recipient="Bea", secret_link=LINK, valid_minutes=60))


def test_the_link_is_in_the_mail_and_forgotten_once_that_is_sent(reset: Mailing) -> None:
    before = reset.body()
    assert reset.carry_out() == {"mail": "password_reset", "account_id": None}
    reset.end(WorkState.DONE)
    mail = reset.read()
    assert (mail.manage_url, mail.buyer.name, mail.buyer.email) == (LINK, "Bea", BEA)
    reset.end_mail(WorkState.DONE)
    assert reset.body() == {**before, "secret_link": ""}
    with pytest.raises(Moot, match="forgotten"):
        reset.read()


@pytest.mark.parametrize("state", [WorkState.REJECTED, WorkState.DISCARDED])
def test_it_is_forgotten_as_well_where_no_mail_goes(reset: Mailing, state: WorkState) -> None:
    decided = {"discarded_by": "operator", "discarded_because": "spam"} if state is WorkState.DISCARDED else {}
    reset.end(state, **decided)
    assert reset.body()["secret_link"] == ""


def test_as_long_as_the_mail_is_tried_it_is_kept(reset: Mailing) -> None:
    reset.carry_out()
    reset.end(WorkState.DONE)
    reset.end_mail(WorkState.PARKED)
    assert reset.body()["secret_link"] == LINK, "somebody may have it tried again"
    reset.end_mail(WorkState.REJECTED)
    assert reset.body()["secret_link"] == ""


def test_nothing_else_of_a_command_can_be_changed(reset: Mailing) -> None:
    for change in ({"to": "eve@eve.example"}, {"secret_link": "https://eve.example/"}):
        changed = update(Operation).where(Operation.id == reset.id)
        changed = changed.values(body={**reset.said.model_dump(mode="json"), **change})
        with pytest.raises(DBAPIError, match="append-only"), reset.database.transaction() as session:
            session.execute(changed)


@pytest.mark.parametrize("state", [WorkState.DONE, WorkState.REJECTED])
@pytest.mark.parametrize("kind", ["confirm_email", "accept_invitation"])
def test_a_token_that_was_followed_is_forgotten(database: Database, kind: str, state: WorkState) -> None:
    with database.transaction() as session:
        said = {"token": "A" * 43, "user_id": "user-bea", "name": "Bea"}
        operation_id = stage_command(session, kind, said, "app/shop")
        session.execute(update(Operation).where(Operation.id == operation_id).values(state=state))
        session.expire_all()
        assert session.get_one(Operation, operation_id).body == {**said, "token": ""}


def test_the_database_knows_all_that_have_a_secret(database: Database) -> None:
    told = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname LIKE 'forget_%'"
    with database.transaction() as session:
        triggers = {row.tgname: row.pg_get_triggerdef for row in session.execute(text(told))}
    mails = {kind for kind, command in COMMANDS.items() if issubclass(command, PersonalMail)}
    by_token = {kind for kind, command in COMMANDS.items() if command.is_by_token}
    for trigger, words in (("forget_link", mails), ("forget_token", by_token), ("forget_sent_link", set(PERSONAL))):
        listed = triggers[trigger].partition("ANY")[2].partition("]")[0]
        assert set(listed.split("'")[1::2]) == words, trigger
    assert {command.kind for command in TOPICS} == mails
    assert set(TOPICS.values()) == set(PERSONAL)


def test_an_address_gets_five_of_a_kind_within_the_hour(database: Database) -> None:
    def ask(topic: str, at: timedelta, address: str = BEA) -> None:
        with database.transaction() as session:
            stage_to_person(session, topic, uuid7(), address, NOON + at)

    for minutes in range(HOURLY_MAX):
        ask("password_reset", timedelta(minutes=minutes))
    with pytest.raises(Rejected) as refused:
        ask("password_reset", timedelta(minutes=59), BEA.upper())
    assert (refused.value.code, refused.value.status) == ("too_many_mails", 429)
    ask("welcome", timedelta(minutes=59))
    ask("password_reset", timedelta(minutes=59), "cleo@people.example")
    ask("password_reset", timedelta(minutes=60))


def test_an_address_that_takes_no_mail_gets_none(reset: Mailing) -> None:
    with reset.database.transaction() as session:
        stop_address(session, MailFact(MailNews.BOUNCED, "msg_1", (BEA,), True, "No such user", NOON))
    with pytest.raises(Rejected) as refused:
        reset.carry_out()
    assert refused.value.code == "mail_stopped"


def test_whose_it_is_has_to_be_there(database: Database, account_id: UUID) -> None:
    said = SendInvitation(to=BEA, secret_link=LINK, invited_by="Ada", team="Ada & Co", account_id=account_id)
    mailing = Mailing(database, said)
    assert mailing.carry_out()["account_id"] == str(account_id)
    assert mailing.read().personal is not None
    nobodys = Mailing(database, said.model_copy(update={"account_id": uuid4()}))
    with pytest.raises(Rejected) as refused:
        nobodys.carry_out()
    assert refused.value.code == "account_not_found"


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/", "http://app.example/", "https://app.example.evil.example/", "https://sub.app.example/",
        "http://127.0.0.1/", "https://[::1]/", "https://APP.example.evil/",
    ],
)  # fmt: skip
def test_a_link_leads_nowhere_else(link: str) -> None:
    with pytest.raises(Rejected) as refused:
        check_link(link, ("app.example", "localhost"))
    assert refused.value.code == "link_not_allowed"


@pytest.mark.parametrize("link", ["https://app.example/a?b#c", "https://app.example:8443/", "http://localhost:3000/"])
def test_a_link_leads_to_the_product(link: str) -> None:
    check_link(link, ("app.example", "localhost"))
