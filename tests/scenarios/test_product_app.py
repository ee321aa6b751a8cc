"""A product app hands commands over without HTTP: in its own transaction, or through the broker."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from cashbeat_client import Command, send, stage
from celery import Celery
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from database.api_keys import create_key
from database.engine import opened
from database.ids import operation_id
from database.operations import fingerprint
from stack.errors import StackError
from stack.running import Stack
from stack.shopper import FINAL, Shopper

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "integrating.md").read_text(encoding="utf-8")
ACME = {
    "name": "Acme Corp", "owner": "user_1", "billing_email": "billing@acme.example",
    "billing_address": {"country": "US"},
}  # fmt: skip
# a staged row is found by the sweep, which rings after the time that the door's own bell would have had
KNOWN_SECONDS = 60.0

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.dictionaries(texts, inner) | st.lists(inner),
)


@pytest.fixture
def product(stack: Stack) -> Iterator[Any]:
    """The product's connection to the shared database: as the role that the guide makes, with a table of its own."""
    statements = "".join(re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL))
    owner = stack.addresses.urls.owner
    entered = make_url(owner).set(username="product", password="let-me-in").render_as_string(hide_password=False)
    with closing(psycopg2.connect(owner)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(statements + "ALTER ROLE product PASSWORD 'let-me-in'")
            cursor.execute("CREATE TABLE product_users (id text); GRANT INSERT ON product_users TO product")
        with closing(psycopg2.connect(entered)) as product:
            yield product
        with connection, connection.cursor() as cursor:
            cursor.execute("DROP TABLE product_users; DROP OWNED BY product; DROP ROLE product")


@pytest.fixture
def asker(stack: Stack) -> Iterator[Shopper]:
    """Who asks with a key that bears the product's name."""
    with opened(stack.addresses.database_url) as database, database.transaction() as session:
        key = create_key(session, "shop", ["operations:read"])
    asking = Shopper(stack.addresses.ingress_url, stack.addresses.sandbox_url, key)
    yield asking
    asking.close()


def _ended(shopper: Shopper, row_id: UUID) -> dict[str, Any]:
    deadline = time.monotonic() + KNOWN_SECONDS
    while time.monotonic() < deadline:
        try:
            operation: dict[str, Any] = shopper.get(f"/v1/operations/{row_id}")
        except StackError:  # not stored yet
            operation = {"status": "unknown"}
        if operation["status"] in FINAL:
            return operation
        time.sleep(0.2)
    raise AssertionError("the operation did not end")


def test_a_staged_command_exists_if_and_only_if_the_product_commits(product: Any, asker: Shopper) -> None:
    regretted = Command("open_account", ACME, product="shop", idempotency_key="regretted")
    meant = Command("open_account", ACME, product="shop", idempotency_key="meant")
    with product.cursor() as cursor:
        cursor.execute("INSERT INTO product_users VALUES ('user_1')")
        stage(cursor, regretted)
    product.rollback()
    with product, product.cursor() as cursor:
        cursor.execute("INSERT INTO product_users VALUES ('user_2')")
        assert stage(cursor, meant) == stage(cursor, meant) == meant.id
    ended = _ended(asker, meant.id)
    assert (ended["status"], ended["result"]["name"]) == ("succeeded", "Acme Corp")
    with pytest.raises(StackError, match="operation_not_found"):
        asker.get(f"/v1/operations/{regretted.id}")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT body FROM operations",
        "UPDATE operations SET caller = 'x'",
        "DELETE FROM operations",
        "INSERT INTO operations (id, kind, caller, body, body_sha256, state) VALUES ('{}', 'a', 'a', '{{}}', '', '')",
        # in the name of a customer who follows a link, of an API key, and of nobody's product
        "INSERT INTO operations (id, kind, caller, body, body_sha256) VALUES ('{0}', 'a', 'pay_link', '{{}}', '')",
        "INSERT INTO operations (id, kind, caller, body, body_sha256) VALUES ('{0}', 'a', '{0}', '{{}}', '')",
        "INSERT INTO operations (id, kind, caller, body, body_sha256) VALUES ('{0}', 'a', 'app/', '{{}}', '')",
        "SELECT name FROM accounts",
        "INSERT INTO inbox DEFAULT VALUES",
    ],
)
def test_a_product_can_stage_and_nothing_else(product: Any, statement: str) -> None:
    with product.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(statement.format(UUID(int=7)))
    product.rollback()


def test_a_command_sent_twice_through_the_broker_is_one_operation(stack: Stack, asker: Shopper) -> None:
    with Celery(broker=stack.addresses.broker_url) as app:
        command = Command("open_account", ACME, product="shop", idempotency_key="signup-1")
        assert send(app, command) == send(app, command) == command.id
        opened = _ended(asker, command.id)
        assert opened["result"]["id"] == str(command.id)
        used = send(app, Command("consume_credits", {"account_id": opened["result"]["id"], "amount": 5}, "shop", "job"))
        assert _ended(asker, used)["problem"]["type"] == "urn:cashbeat:problem:insufficient_credits"


@pytest.mark.parametrize(
    ("kind", "body", "problem"),
    [
        ("open_acount", ACME, "command_unknown"),
        ("open_account", {**ACME, "billing_email": "nobody"}, "command_invalid"),
        ("open_account", {}, "command_invalid"),
    ],
)
def test_what_is_no_command_is_seen_to_be_refused(
    stack: Stack, asker: Shopper, kind: str, body: dict[str, Any], problem: str
) -> None:
    with Celery(broker=stack.addresses.broker_url) as app:
        row_id = send(app, Command(kind, body, product="shop", idempotency_key=f"{kind}-{len(body)}-{problem}"))
    ended = _ended(asker, row_id)
    assert (ended["status"], ended["problem"]["type"]) == ("failed", f"urn:cashbeat:problem:{problem}")


@pytest.mark.parametrize(("kind", "body"), [("", "{}"), ("open_account", "[]"), ("open_account", "null")])
def test_what_could_be_no_command_is_refused_within_the_products_transaction(
    product: Any, kind: str, body: str
) -> None:
    statement = (
        "INSERT INTO operations (id, kind, caller, body, body_sha256) VALUES (gen_random_uuid(), %s, 'app/x', %s, '')"
    )
    with product.cursor() as cursor, pytest.raises(psycopg2.errors.CheckViolation):
        cursor.execute(statement, (kind, body))
    product.rollback()


@pytest.mark.parametrize(
    ("product", "key", "body"),
    [
        ("Shop", "k", {}),
        ("", "k", {}),
        ("a/b", "k", {}),
        ("shop", "", {}),
        ("shop", "ü", {}),
        ("shop", "k", {"a": float("nan")}),
        ("shop", "k", {"a": "\ud800"}),
        ("shop", "k", {"a": ["\\\0"]}),
    ],
)
def test_the_client_refuses_what_could_not_be_stored(product: str, key: str, body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"product|idempotency_key|JSON|surrogates|NUL"):
        Command("open_account", body, product=product, idempotency_key=key)


@given(body=st.dictionaries(texts, json_values), key=st.from_regex(r"[\x20-\x7e]{1,255}", fullmatch=True))
def test_client_and_cashbeat_know_a_command_by_the_same_id_and_form(body: dict[str, Any], key: str) -> None:
    command = Command("open_account", body, product="shop", idempotency_key=key)
    assert command.id == operation_id(command.caller, key)
    assert command.body_sha256 == fingerprint("open_account", body)
