"""An account is deleted: what runs ends, what the law wants stays, and nothing else names the person."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from billing.accounts.open import open_account
from billing.accounts.tables import Account
from billing.accounts.update import update_account
from billing.clocks.timelines import Timeline, open_now_of
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.invoices.attach_document import attach_document
from billing.invoices.tables import Invoice
from billing.privacy.delete_account import delete_account
from billing.privacy.forget_due import erase_kept, find_forgettable, find_kept_long_enough, forget_news
from billing.privacy.personal import PERSONAL
from billing.privacy.retention import FOLLOWED_FOR, Keep, keep_until
from billing.subscriptions.tables import SubscriptionStatus
from billing.top_ups.set import set_top_up
from billing.top_ups.tables import AutoTopUp
from database.engine import Database
from database.ids import uuid7
from database.inbox import InboxEvent, remember
from database.memory import WorkState
from database.operations import Operation, stage_command
from schemas.commands.accounts import Address, OpenAccount, UpdateAccount
from schemas.commands.team import AcceptInvitation
from tests.billing.hearing_side import tell_all
from tests.billing.money_back import MoneyBack
from tests.billing.payers import Payer
from tests.billing.subscribers import Books, utc
from tests.billing.teams import Team

APRIL = utc("2026-04-01 10:00")
MID = utc("2026-04-16 10:00")
NAME, EMAIL, STREET, TAX_ID, PHONE = (
    "Zerlinde Quastenflosser", "zerlinde@quasten.example", "Kokosweg 77", "DE136695976", "+49 30 5550199",
)  # fmt: skip
WORDS = (NAME, EMAIL, STREET, TAX_ID, PHONE, "quasten", "owner-of-quasten", "4711", "zerlinde-quastenflosser")


class Zerlinde:
    """A customer of a month."""

    def __init__(self, books: Books) -> None:
        self.books = books
        opening = OpenAccount(
            name=NAME, owner="owner-of-quasten", billing_email=EMAIL, tax_id=TAX_ID,
            billing_address=Address(line1=STREET, city="Quastenstadt", country="DE"),
        )  # fmt: skip
        with books.database.transaction() as session:
            self.operation_id = stage_command(session, opening.kind, opening.model_dump(mode="json"), "app/shop", EMAIL)
            session.execute(update(Operation).values(state=WorkState.DONE, finished_at=APRIL, result={"name": NAME}))
            self.account_id = open_account(session, self.operation_id, opening)
        self.customer_ref = f"cus_{self.account_id.hex}"
        self._settle()

    def _settle(self) -> None:
        """A card, a plan, an invoice with its paper, others who get mails, and events that tell of her."""
        self.books.give_card(self.account_id, APRIL, "pm_1")
        self.subscription_id = self.books.subscribe(self.account_id, APRIL)
        self.books.answer(APRIL)
        with self.books.database.transaction() as session:
            invoice = session.scalars(select(Invoice)).one()
            attach_document(session, invoice.id, f"%PDF-1.7 {NAME}".encode(), Wall(APRIL), is_paid=True)
            session.execute(text("UPDATE cards SET last4 = '4711', holder = :email"), {"email": EMAIL})
            settings = {"billing_email": "new@quasten.example", "recipients": {"invoices": ["cfo@quasten.example"]}}
            command = UpdateAccount.model_validate({"account_id": self.account_id, **settings})
            update_account(session, command, "operation/1", APRIL)
        self._bring_others()
        self.hear("evt_1")
        tell_all(self.books.database)

    def _bring_others(self) -> None:
        """A team, of whom one is invited still; what one said who joined is remembered."""
        team = Team(self.books.database, self.account_id)
        team.invite("vetter@quasten.example", by=None, sites=["shop.quasten.example"])
        joined = AcceptInvitation(token=team.token(), user_id="vetter-of-quasten", name="Vetter Quasten")
        member = team.accept(joined.token, joined.user_id, name=joined.name)
        team.invite("tante@quasten.example", by="owner-of-quasten")
        with self.books.database.transaction() as session:
            said, result = joined.model_dump(mode="json"), member.model_dump(mode="json")
            operation_id = stage_command(session, joined.kind, said, f"user/{uuid7()}/{joined.user_id}")
            done = update(Operation).where(Operation.id == operation_id)
            session.execute(done.values(state=WorkState.DONE, finished_at=APRIL, result=result))

    def hear(self, event_id: str) -> None:
        """An event of the gateway's was handled that knows more than we do."""
        body = json.dumps({"customer": self.customer_ref, "phone": PHONE, "name": NAME})
        with self.books.database.transaction() as session:
            remember(session, "stripe", [(event_id, "customer.updated", body)])
            session.execute(update(InboxEvent).values(state=WorkState.DONE, finished_at=APRIL))

    def delete(self, typed: str = NAME, now: datetime = MID) -> Account:
        """By the name that is typed."""
        with self.books.database.transaction() as session:
            cause = f"operation/{uuid7()}"
            return delete_account(session, self.account_id, typed, cause, wall_now=now, now=now)

    def told_and_found(self, database: Database) -> set[tuple[str, str]]:
        """The same, once the product was told what is to be told."""
        tell_all(self.books.database)
        return self.found(database)

    def found(self, database: Database) -> set[tuple[str, str]]:
        """Where in the whole database a word of hers is read."""
        places: set[tuple[str, str]] = set()
        with database.transaction() as session:
            tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
            for table in tables:
                for row in session.scalars(text(f"SELECT to_jsonb(t) FROM {table} t")):  # noqa: S608
                    told = {column: str(value) + _bytes_in(value) for column, value in row.items()}
                    places |= {(table, column) for column, said in told.items() if _names_her(said)}
        return places


def _bytes_in(value: object) -> str:
    if not isinstance(value, str) or not value.startswith("\\x"):
        return ""
    return bytes.fromhex(value[2:]).decode("latin1")


def _names_her(said: str) -> bool:
    return any(word.lower() in said.lower() for word in WORDS)


@pytest.fixture
def zerlinde(books: Books) -> Zerlinde:
    """The customer, and everything that knows her."""
    return Zerlinde(books)


def _lawful() -> set[tuple[str, str]]:
    return {
        (table.name, column)
        for table in PERSONAL
        for column, listed in table.columns.items()
        if listed.keep in (Keep.BOOKS, Keep.COMPANY)
    }


def test_only_what_the_law_wants_names_her_afterwards(zerlinde: Zerlinde, books_of_owner: Database) -> None:
    before = zerlinde.told_and_found(books_of_owner)
    assert {("accounts", "name"), ("cards", "last4"), ("inbox", "body"), ("operations", "body")} < before
    assert {("email_confirmations", "email"), ("account_recipients", "email"), ("operations", "result")} < before
    zerlinde.delete()
    after = zerlinde.told_and_found(books_of_owner)
    assert after <= _lawful(), after - _lawful()
    assert {("invoices", "buyer"), ("invoice_documents", "content")} <= after, "the papers are kept"


def test_whose_user_gave_a_command_is_forgotten_and_which_key_is_not(zerlinde: Zerlinde, books: Books) -> None:
    with books.database.transaction() as session:
        for caller in (f"user/{zerlinde.account_id}/zerlinde-of-quasten", "app/shop"):
            stage_command(session, "set_balance_watch", {"account_id": str(zerlinde.account_id)}, caller, caller)
        session.execute(update(Operation).values(state=WorkState.DONE, finished_at=APRIL))
    zerlinde.delete()
    with books.database.transaction() as session:
        callers = set(session.scalars(select(Operation.caller).where(Operation.state == WorkState.DONE)))
    assert callers == {"user/erased", "app/shop"}


def test_what_runs_ends_and_her_card_is_taken_away(zerlinde: Zerlinde, books: Books) -> None:
    with books.database.transaction() as session:
        set_top_up(session, zerlinde.account_id, "value", 10, 3, APRIL)
    deleted = zerlinde.delete()
    assert (deleted.closed_at, deleted.keep_until) == (MID, datetime(2037, 1, 1, tzinfo=UTC))
    assert books.subscription(zerlinde.subscription_id).status is SubscriptionStatus.CANCELED
    with books.database.transaction() as session:
        assert session.scalars(select(AutoTopUp)).one().stopped_at == MID
        waiting = session.scalars(select(Operation).where(Operation.state == WorkState.READY)).all()
    assert [(each.kind, each.body["allow_last"]) for each in waiting] == [("remove_payment_method", True)]


def test_nothing_begins_for_it_any_more(zerlinde: Zerlinde, books: Books) -> None:
    zerlinde.delete()
    with books.database.transaction() as session, pytest.raises(Rejected, match="was deleted"):
        open_now_of(session, zerlinde.account_id, Wall(MID), begins=False)
    with pytest.raises(Rejected, match="was deleted"):
        zerlinde.delete("Deleted account")


def test_whoever_does_not_type_the_name_deletes_nothing(zerlinde: Zerlinde, books_of_owner: Database) -> None:
    before = zerlinde.found(books_of_owner)
    with pytest.raises(Rejected) as refused:
        zerlinde.delete("Zerlinde")
    assert refused.value.code == "name_differs"
    assert zerlinde.found(books_of_owner) == before


def test_an_account_that_owes_is_not_deleted(books: Books, remitter: Payer) -> None:
    remitter.order()
    assert _refusal(books, remitter.account_id) == "account_owes"


def test_one_with_a_claim_that_waits_is_not_deleted(books: Books, remitter: Payer, billed: UUID) -> None:
    remitter.claim(billed, 2_999)
    assert _refusal(books, remitter.account_id) == "payment_under_way"


def test_one_whose_payment_is_on_its_way_is_not_deleted(books: Books) -> None:
    account_id = books.open()
    books.give_card(account_id, APRIL)
    books.subscribe(account_id, APRIL)
    books.send(APRIL)
    assert _refusal(books, account_id) == "payment_under_way"


def test_one_whose_money_is_kept_is_not_deleted_before_it_went_back(books: Books) -> None:
    account_id = books.open()
    books.give_card(account_id, APRIL)
    subscription_id = books.subscribe(account_id, APRIL, "scale")
    books.answer(APRIL)
    books.change(subscription_id, "starter", MID, when="now")
    assert _refusal(books, account_id) == "money_kept"
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE, "nothing of it was done"


def test_one_with_a_refund_on_its_way_is_not_deleted(books: Books) -> None:
    account_id = books.open()
    money = MoneyBack(books, account_id)
    money.ask(money.buy())
    assert _refusal(books, account_id) == "payment_under_way"


def _refusal(books: Books, account_id: UUID) -> str:
    with books.database.transaction() as session:
        name = session.get_one(Account, account_id).name
    with pytest.raises(Rejected) as refused, books.database.transaction() as session:
        delete_account(session, account_id, name, "operation/1", wall_now=MID, now=MID)
    return refused.value.code


def test_news_that_comes_later_is_forgotten_within_a_day(zerlinde: Zerlinde, books: Books) -> None:
    zerlinde.delete()
    zerlinde.hear("evt_2")
    with books.database.transaction() as session:
        assert find_forgettable(session, Timeline(None, MID), 10) == [zerlinde.account_id]
        assert forget_news(session, zerlinde.account_id, MID)
        assert session.scalars(select(InboxEvent)).all() == []
    with books.database.transaction() as session:
        assert not forget_news(session, zerlinde.account_id, MID), "once a day"
        assert forget_news(session, zerlinde.account_id, MID + FOLLOWED_FOR)
    with books.database.transaction() as session:
        assert find_forgettable(session, Timeline(None, utc("2030-01-01 00:00")), 10) == []


def test_a_paper_stays_while_its_years_run(zerlinde: Zerlinde, books: Books, books_of_owner: Database) -> None:
    for statement in (
        "UPDATE invoices SET buyer = '{}'", "UPDATE invoice_documents SET content = ''",
        "UPDATE accounts SET keep_until = '2000-01-01', closed_at = '1990-01-01'",
    ):  # fmt: skip
        if "accounts" in statement:
            zerlinde.delete()
        with pytest.raises(Exception, match=r"as it was issued|append-only"), books_of_owner.transaction() as session:
            session.execute(text(statement))


def test_when_its_years_are_over_nothing_is_left(zerlinde: Zerlinde, books: Books, books_of_owner: Database) -> None:
    zerlinde.delete()
    with books.database.transaction() as session:
        assert find_kept_long_enough(session, Timeline(None, utc("2036-12-31 23:59")), 10) == []
        assert not erase_kept(session, zerlinde.account_id, utc("2036-12-31 23:59"))
    with books_of_owner.transaction() as session:
        # as if that were long ago
        session.execute(text("ALTER TABLE accounts DISABLE TRIGGER closed_stays"))
        session.execute(text("UPDATE accounts SET closed_at = '2010-04-16', keep_until = '2021-01-01'"))
        session.execute(text("ALTER TABLE accounts ENABLE TRIGGER closed_stays"))
    with books.database.transaction() as session:
        assert find_kept_long_enough(session, Timeline(None, MID), 10) == [zerlinde.account_id]
        assert erase_kept(session, zerlinde.account_id, MID)
    assert zerlinde.told_and_found(books_of_owner) == set()


@pytest.mark.parametrize(("deleted", "until"), [("2026-01-01 00:00", 2037), ("2026-12-31 23:59", 2037)])
def test_years_count_from_the_end_of_the_year(deleted: str, until: int) -> None:
    assert keep_until(utc(deleted)) == datetime(until, 1, 1, tzinfo=UTC)
