"""The lists of what names a person, and of what does not, are about every column that the database has."""

from collections.abc import Iterable

import pytest
from sqlalchemy import text

from billing.privacy.impersonal import IMPERSONAL
from billing.privacy.personal import PERSONAL, WITHOUT_NAMES
from billing.privacy.retention import Keep, PersonalTable
from database.engine import Database

# what can hold a word
WORDS = ("text", "character varying", "character", "json", "jsonb", "bytea", "ARRAY", "xml")
COLUMNS = text(
    "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = 'public' AND data_type = ANY(:words) AND table_name <> 'alembic_version'"
)
Column = tuple[str, str]


def _in_database(database: Database) -> set[Column]:
    with database.transaction() as session:
        return {(row.table_name, row.column_name) for row in session.execute(COLUMNS, {"words": list(WORDS)})}


def _listed() -> list[Column]:
    personal = [(table.name, column) for table in PERSONAL for column in table.columns]
    return personal + [(table, column) for table, columns in IMPERSONAL.items() for column in columns]


def _unnamed(columns: Iterable[Column]) -> set[Column]:
    return set(columns) - set(_listed())


def test_every_column_is_in_one_of_the_lists(books_of_owner: Database) -> None:
    columns = _in_database(books_of_owner)
    assert _unnamed(columns) == set(), "say in billing/privacy what of it names a person, why, and until when"
    assert {listed for listed in _listed() if listed not in columns} == set(), "there is no such column any more"
    assert len(_listed()) == len(set(_listed())), "a column is in one list, once"


def test_a_new_column_is_missed_until_it_is_named(bare_database: Database, books_of_owner: Database) -> None:
    with books_of_owner.transaction() as session:
        session.execute(text("ALTER TABLE accounts ADD COLUMN nickname TEXT"))
    assert _unnamed(_in_database(books_of_owner)) == {("accounts", "nickname")}


@pytest.mark.parametrize("table", PERSONAL, ids=lambda table: table.name)
def test_each_says_why_it_is_kept_and_what_becomes_of_it(table: PersonalTable) -> None:
    for column in table.columns.values():
        assert column.holds
        assert column.purpose
        is_erased = table.is_deleted or column.at_once
        assert is_erased or column.keep is not Keep.ACCOUNT, "what is kept for the account goes with it"


def test_an_export_can_tell_which_rows_are_an_accounts(database: Database) -> None:
    with database.transaction() as session:
        for table in (*PERSONAL, *WITHOUT_NAMES):
            if table.of_account:
                found = text(f"SELECT count(*) FROM {table.name} WHERE {table.of_account}")  # noqa: S608
                assert session.scalar(found, {"account_id": "0190a1b2-0000-7000-8000-000000000000"}) == 0
