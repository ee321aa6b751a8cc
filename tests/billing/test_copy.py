"""COPY writes what an INSERT would have written, whatever a customer calls himself."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from billing.accounts.tables import Account
from database.copy import copy_rows
from database.engine import Database
from database.ids import uuid7

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
AWKWARD = ["\\N", "\\.", "tab\there", "line\nbreak\r", "back\\slash", "", "ﷺ", "\u2028", "{}"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.one_of(ANY_TEXT, st.sampled_from(AWKWARD)), min_size=1, max_size=8))
def test_texts_come_back_as_they_went_in(database: Database, names: list[str]) -> None:
    created_at = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)
    rows = [
        {
            "id": uuid7(), "name": name, "slug": f"s-{index}", "owner": name, "billing_email": "", "line1": "",
            "line2": "", "city": "", "region": "", "postal_code": "", "country": "GB", "tax_id": "", "clock_id": None,
            "created_at": created_at,
        }
        for index, name in enumerate(names)
    ]  # fmt: skip
    with database.transaction() as session:
        session.execute(delete(Account))
        copy_rows(session, Account, rows)
    with database.transaction() as session:
        found = session.execute(select(Account.id, Account.name, Account.created_at).order_by(Account.slug)).all()
    assert [tuple(row) for row in found] == [(row["id"], row["name"], created_at) for row in rows]
