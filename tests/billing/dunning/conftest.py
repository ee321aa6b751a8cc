"""A customer with a card, and books in which what is dunned is swept by hand."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from database.engine import Database
from tests.billing.dunning.dunned import Dunned
from tests.billing.subscribers import utc


@pytest.fixture
def books(database: Database) -> Iterator[Dunned]:
    """Books that are in order at the end of every story."""
    kept = Dunned(database)
    yield kept
    assert kept.disorder() == []


@pytest.fixture
def ada(books: Dunned) -> UUID:
    """A customer with a card."""
    account_id = books.open()
    books.give_card(account_id, utc("2026-01-01 09:00"))
    return account_id
