"""A person is erased from a whole running Cashbeat: every table is searched, and what its processes have logged."""

import json
import time
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import text

from billing.privacy.personal import PERSONAL
from billing.privacy.retention import Keep
from database.engine import Database
from schemas.messages.upkeep import PruneMemories
from stack.running import Stack
from stack.shopper import Shopper
from tests.scenarios.storytelling import eventually, start_checkout
from workers.celery_app import make_app
from workers.producer import Bell

NAME, EMAIL, STREET, TAX_ID = "Zerlinde Quastenflosser", "zerlinde@quasten.example", "Kokosweg 77", "DE136695976"
WORDS = (NAME, EMAIL, "zerlinde@", STREET, TAX_ID, "new-quasten@", "cfo-quasten@", "owner-of-quasten")
ACCOUNTS = "/v1/accounts/"


def _open(shopper: Shopper) -> str:
    body = {
        "name": NAME, "owner": "owner-of-quasten", "billing_email": EMAIL, "tax_id": TAX_ID,
        "billing_address": {"line1": STREET, "city": "Quastenstadt", "postal_code": "10115", "country": "DE"},
    }  # fmt: skip
    return str(shopper.command(ACCOUNTS, body, "quasten-1")["result"]["id"])


def _say(shopper: Shopper, stack: Stack, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {**shopper._key(), "Prefer": "wait=20"}
    answer = requests.request(method, f"{stack.addresses.ingress_url}{path}", json=body, headers=headers, timeout=40)
    told: dict[str, Any] = answer.json()
    return told


def _found(database: Database) -> set[tuple[str, str]]:
    places: set[tuple[str, str]] = set()
    with database.transaction() as session:
        tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        for table in tables:
            for row in session.scalars(text(f"SELECT to_jsonb(t) FROM {table} t")):  # noqa: S608
                places |= {(table, column) for column, value in row.items() if _is_hers(json.dumps(value))}
    return places


def _is_hers(said: str) -> bool:
    return any(word.lower() in said.lower() for word in WORDS)


def _logged(home: Path) -> list[str]:
    # what the tests have heard themselves lies beside what the processes say
    logs = [log for log in (home / "logs").rglob("*") if log.is_file() and log.name != "answers"]
    lines = [line for log in logs for line in log.read_text("utf-8", "replace").splitlines()]
    assert len(lines) > 100, "there is something to search"
    return [line for line in lines if _is_hers(line)]


def test_after_her_deletion_only_what_the_law_wants_names_a_person(
    shopper: Shopper, stack: Stack, stack_books: Database
) -> None:
    account_id = _open(shopper)
    checkout = start_checkout(shopper, account_id)
    shopper.pay(checkout["result"]["checkout_url"])
    page = {"account_id": account_id, "limit": 1}
    eventually(lambda: shopper.get("/v1/billing/invoices/", **page)["data"][0]["status"] == "paid", "the payment")
    eventually(lambda: _is_rendered(stack_books, account_id), "the paper and its mail")
    settings = {"billing_email": "new-quasten@quasten.example", "recipients": {"invoices": ["cfo-quasten@q.example"]}}
    _say(shopper, stack, "PATCH", f"{ACCOUNTS}{account_id}/settings/", settings)
    assert {("accounts", "name"), ("inbox", "body"), ("operations", "body")} <= _found(stack_books)

    refused = _say(shopper, stack, "DELETE", f"{ACCOUNTS}{account_id}/", {"confirm_name": "Zerlinde"})
    assert refused["problem"]["type"].endswith(":name_differs")
    deleted = _say(shopper, stack, "DELETE", f"{ACCOUNTS}{account_id}/", {"confirm_name": NAME})
    assert deleted["status"] == "succeeded", deleted

    lawful = {(t.name, name) for t in PERSONAL for name, each in t.columns.items() if each.keep is Keep.BOOKS}
    # what came in meanwhile, and the deletion's own command, go with the next sweep
    Bell(make_app(stack.addresses.broker_url)).ring(PruneMemories(interval_seconds=1))
    eventually(lambda: _found(stack_books) <= lawful, "everything else to be erased")
    assert ("invoices", "buyer") in _found(stack_books)
    time.sleep(1)  # what is written to a log last
    assert _logged(stack.home) == []
    assert shopper.get(f"{ACCOUNTS}{account_id}/")["status"] == "closed"


def _is_rendered(database: Database, account_id: str) -> bool:
    done = (
        "SELECT count(*) FROM outbox o JOIN invoices i ON o.cause LIKE '%' || i.id || '%'"
        " WHERE i.account_id = :account_id AND o.state = 'done'"
    )
    with database.transaction() as session:
        return int(session.scalars(text(done), {"account_id": account_id}).one()) >= 2
