"""Accounts: slugs that stay unique, countries as people write them."""

from uuid import UUID

import pytest

from billing.accounts.open import open_account
from billing.accounts.queries import get_account
from billing.accounts.rules import country_name, slug_from
from billing.errors import Rejected
from database.engine import Database
from database.ids import uuid7
from tests.billing.conftest import ADA


def _open(database: Database, slug: str | None = None, account_id: UUID | None = None) -> str:
    with database.transaction() as session:
        opened = open_account(session, account_id or uuid7(), ADA.model_copy(update={"slug": slug}))
        return get_account(session, opened).slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Müller & Söhne GmbH", "muller-sohne-gmbh"),
        ("  --  ", "account"),
        ("株式会社", "account"),
        ("A" * 99, "a" * 60),
    ],
)
def test_a_slug_is_made_from_the_name(name: str, slug: str) -> None:
    assert slug_from(name) == slug


def test_accounts_of_one_name_get_slugs_of_their_own(database: Database) -> None:
    slugs = {_open(database) for _ in range(3)}
    assert len(slugs) == 3
    assert "ada-s-analytics" in slugs


def test_a_chosen_slug_that_is_taken_is_refused(database: Database) -> None:
    assert _open(database, "ada") == "ada"
    with pytest.raises(Rejected, match="belongs to another account"):
        _open(database, "ada")


def test_opening_the_same_account_again_changes_nothing(database: Database) -> None:
    account_id = uuid7()
    assert _open(database, None, account_id) == _open(database, None, account_id)


@pytest.mark.parametrize(("code", "name"), [("GB", "United Kingdom"), ("US", "United States"), ("ZZX", "ZZX")])
def test_countries_are_printed_by_name(code: str, name: str) -> None:
    assert country_name(code) == name
