"""Books as those see them who run Cashbeat."""

from uuid import UUID

import pytest

from billing.accounts.open import open_account
from database.engine import Database
from database.ids import uuid7
from tests.billing.conftest import ADA


@pytest.fixture
def whose_id(books_of_owner: Database) -> UUID:
    """A customer in them."""
    with books_of_owner.transaction() as session:
        return open_account(session, uuid7(), ADA)
