"""Books for one test: a migrated PostgreSQL with a catalog and one customer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from billing.accounts.open import open_account
from billing.catalog.seed import seed
from database.engine import Database, make_engine
from database.ids import uuid7
from database.roles import WORKER
from schemas.commands import Address, OpenAccount
from tests.billing.subscribers import Books, utc

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

ADA = OpenAccount(
    name="Ada's Analytics",
    owner="user-1",
    billing_email="billing@ada.example",
    billing_address=Address(line1="12 Engine Row", city="London", postal_code="N1 9GU", country="GB"),
    tax_id="GB123456789",
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The books as a worker sees them."""
    books = Database(make_engine(database_url, WORKER, pool_size=20))
    with books.transaction() as session:
        seed(session)
    yield books
    books.engine.dispose()


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
