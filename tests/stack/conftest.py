"""Books as those see them who run Cashbeat."""

from pathlib import Path
from uuid import UUID

import pytest

from billing.accounts.open import open_account
from billing.catalog.seed import seed
from database.engine import Database
from database.ids import uuid7
from settings import Settings
from tests.billing.conftest import ADA
from tests.billing.payers import Payer


@pytest.fixture
def whose_id(books_of_owner: Database) -> UUID:
    """A customer in them."""
    with books_of_owner.transaction() as session:
        return open_account(session, uuid7(), ADA)


@pytest.fixture
def at_home(tmp_path: Path, database_url: str) -> Settings:
    """A home whose database is there."""
    return Settings(cashbeat_home=tmp_path, database_url=database_url)


@pytest.fixture
def banked(books_of_owner: Database) -> Payer:
    """A customer in them who pays past every gateway."""
    with books_of_owner.transaction() as session:
        seed(session)
        return Payer(books_of_owner, open_account(session, uuid7(), ADA))
