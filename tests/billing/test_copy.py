"""COPY writes what an INSERT would have written, whatever a customer calls himself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from database.copy import copy_rows
from database.engine import Database
from database.ids import uuid7
from database.weather import is_weather

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
CREATED_AT = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)
AWKWARD = ["\\N", "\\.", "tab\there", "line\nbreak\r", "back\\slash", "", "ﷺ", "\u2028", "{}"]


def _account(index: int, name: str) -> dict[str, Any]:
    return {
        "id": uuid7(), "name": name, "slug": f"s-{index}", "owner": name, "billing_email": "", "line1": "",
        "line2": "", "city": "", "region": "", "postal_code": "", "country": "GB", "tax_id": "", "clock_id": None,
        "created_at": CREATED_AT,
    }  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.one_of(ANY_TEXT, st.sampled_from(AWKWARD)), min_size=1, max_size=8))
def test_texts_come_back_as_they_went_in(database: Database, as_owner: Engine, names: list[str]) -> None:
    rows = [_account(index, name) for index, name in enumerate(names)]
    with as_owner.begin() as connection:
        connection.execute(delete(Account))
    with database.transaction() as session:
        copy_rows(session, Account, rows)
    with database.transaction() as session:
        found = session.execute(select(Account.id, Account.name, Account.created_at).order_by(Account.slug)).all()
    assert [tuple(row) for row in found] == [(row["id"], row["name"], CREATED_AT) for row in rows]


def test_a_row_that_is_there_already_is_an_integrity_error_as_elsewhere(database: Database) -> None:
    twice = [_account(1, "Ada"), _account(1, "Bob")]
    with pytest.raises(IntegrityError), database.transaction() as session:
        copy_rows(session, Account, twice)


def test_a_wait_that_takes_too_long_is_weather_as_elsewhere(database: Database) -> None:
    with database.transaction() as holder:
        holder.execute(text("LOCK TABLE accounts IN EXCLUSIVE MODE"))
        with database.engine.connect() as connection, Session(connection) as session:
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(DBAPIError) as raised:
                copy_rows(session, Account, [_account(1, "Ada")])
    assert is_weather(raised.value)
