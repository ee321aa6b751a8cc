"""Books for one test: a migrated PostgreSQL with a catalog and one customer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from billing.accounts.open import open_account
from database.engine import Database
from database.ids import uuid7
from schemas.commands.accounts import Address, OpenAccount
from tests.billing.company import Company
from tests.billing.gateway_facts import GatewayRun
from tests.billing.money_back import MoneyBack
from tests.billing.payers import Payer
from tests.billing.prepaid import Prepaid
from tests.billing.subscribers import Books, utc
from tests.billing.tellers import Teller
from tests.databases import give_catalog
from tests.workers.hands import equip
from workers.wiring import Work

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

ADA = OpenAccount(
    name="Ada's Analytics",
    owner="user-1",
    billing_email="billing@ada.example",
    billing_address=Address(line1="12 Engine Row", city="London", postal_code="N1 9GU", country="GB"),
    tax_id="GB980780684",
)


@pytest.fixture
def database(bare_database: Database) -> Database:
    """The books as a worker sees them, with a catalog."""
    give_catalog(bare_database)
    return bare_database


@pytest.fixture
def books(database: Database) -> Iterator[Books]:
    """Books that are in order at the end of every story."""
    kept = Books(database)
    yield kept
    assert kept.disorder() == []


@pytest.fixture
def account_id(database: Database) -> UUID:
    """One customer."""
    with database.transaction() as session:
        return open_account(session, uuid7(), ADA)


@pytest.fixture
def ada(books: Books) -> UUID:
    """A customer with a card since before any story began."""
    account_id = books.open()
    books.give_card(account_id, utc("2025-01-01 09:00"))
    return account_id


@pytest.fixture
def company(books: Books, ada: UUID) -> Company:
    """Whoever decides about Ada's money, on the day on which April begins."""
    return Company(books, ada, utc("2026-04-01 10:00"))


@pytest.fixture
def april(books: Books, ada: UUID) -> UUID:
    """Ada's subscription to Starter, paid for April."""
    begin = utc("2026-04-01 10:00")
    subscription_id = books.subscribe(ada, begin)
    books.answer(begin)
    return subscription_id


@pytest.fixture
def remitter(books: Books, account_id: UUID) -> Payer:
    """A customer who pays past every gateway."""
    return Payer(books.database, account_id)


@pytest.fixture
def billed(remitter: Payer) -> UUID:
    """An invoice over 29.99 USD."""
    return remitter.order()


@pytest.fixture
def teller(remitter: Payer, books_of_owner: Database) -> Teller:
    """Whoever imports what the bank says of that customer's payments."""
    return Teller(books_of_owner)


@pytest.fixture
def prepaid(database: Database, account_id: UUID) -> Prepaid:
    """A customer without credits, who may be given some."""
    return Prepaid(database, account_id)


@pytest.fixture
def run(database: Database, account_id: UUID) -> GatewayRun:
    """A subscription whose gateway runs it, and has said nothing of it yet."""
    return GatewayRun(database, account_id)


@pytest.fixture
def hands(database_url: str, broker_url: str) -> Work:
    """What a worker process has. No gateway is asked: there is none at its address."""
    return equip(database_url, broker_url)


@pytest.fixture
def back(books: Books, ada: UUID) -> MoneyBack:
    """A customer who pays, and gets money back."""
    return MoneyBack(books, ada)
