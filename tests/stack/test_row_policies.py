"""How policies come about: with the roles, by whoever owns the tables, and only where they are not as they should."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, LiteralString

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import make_url

from database.migrate import upgrade
from tests.logins import as_door, urls_of

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "integrating.md").read_text(encoding="utf-8")
POLICIES = """
    SELECT polrelid::regclass::text, polname, polroles::regrole[]::text, pg_get_expr(polqual, polrelid),
        pg_get_expr(polwithcheck, polrelid)
    FROM pg_policy ORDER BY 1, 2
"""
SECURED = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY 1"
STAGE = "INSERT INTO operations (id, kind, caller, body, body_sha256) VALUES (gen_random_uuid(), 'a', %s, '{}', '')"


@pytest.fixture
def prompt(database_url: str) -> Iterator[Any]:
    """The owner at a prompt."""
    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def _policies(prompt: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for statement in (POLICIES, SECURED):
        prompt.execute(statement)
        found += prompt.fetchall()
    return found


DAMAGE: tuple[LiteralString, ...] = (
    "DROP POLICY cashbeat_ingress_sees ON invoices",
    "DROP POLICY cashbeat_worker ON cards",
    "ALTER POLICY cashbeat_ingress_sees ON receipts USING (true)",
    "ALTER POLICY cashbeat_worker ON receipts TO PUBLIC",
    "ALTER TABLE accounts DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY",
    "CREATE POLICY cashbeat_opens ON invoices FOR SELECT TO cashbeat_ingress USING (true)",
    "CREATE POLICY cashbeat_opens ON plans TO cashbeat_ingress USING (true)",
    "DROP POLICY cashbeat_worker ON refunds; CREATE POLICY cashbeat_worker ON refunds TO cashbeat_portal USING (true)",
)


@pytest.mark.parametrize("damage", DAMAGE)
def test_migrating_mends_what_is_not_as_it_should_be(database_url: str, prompt: Any, damage: LiteralString) -> None:
    as_made = _policies(prompt)
    prompt.execute(damage)
    upgrade(urls_of(database_url))
    assert _policies(prompt) == as_made


def test_migrating_waits_for_nobody_where_nothing_is_to_be_made(database_url: str) -> None:
    with closing(psycopg2.connect(database_url)) as reader, reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM invoices, accounts, operations")
        upgrade(urls_of(database_url))


def test_an_operators_own_policy_stays(database_url: str, prompt: Any) -> None:
    prompt.execute("CREATE POLICY reports ON invoices FOR SELECT TO pg_monitor USING (true)")
    as_made = _policies(prompt)
    upgrade(urls_of(database_url))
    assert _policies(prompt) == as_made


def test_the_role_of_a_product_stages_and_sees_what_products_staged(database_url: str, prompt: Any) -> None:
    prompt.execute("".join(re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL)) + "ALTER ROLE product PASSWORD 'its own'")
    entered = make_url(database_url).set(username="product", password="its own")
    try:
        prompt.execute(STAGE, ["of-a-key"])
        with closing(psycopg2.connect(entered.render_as_string(hide_password=False))) as product:
            product.autocommit = True
            with product.cursor() as cursor:
                cursor.execute(STAGE + " ON CONFLICT (id) DO NOTHING", ["app/shop"])
                cursor.execute("SELECT id FROM operations")
                assert len(cursor.fetchall()) == 1
                with pytest.raises(InsufficientPrivilege):
                    cursor.execute(STAGE, ["of-a-key"])
    finally:
        prompt.execute("DROP OWNED BY product; DROP ROLE product")


def test_the_door_is_no_product(database_url: str) -> None:
    with (
        closing(psycopg2.connect(as_door(database_url))) as door,
        door.cursor() as cursor,
        pytest.raises(InsufficientPrivilege, match="row-level security"),
    ):
        cursor.execute(STAGE, ["app/shop"])
