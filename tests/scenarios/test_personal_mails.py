"""Whoever signs up, forgets a password or is invited gets a mail with a link that nobody finds again."""

from typing import Any
from uuid import uuid4

import pytest
import requests
from sqlalchemy import text

from database.engine import Database
from stack.errors import StackError
from stack.running import Stack
from stack.shopper import Shopper
from tests.scenarios.storytelling import emails, eventually, open_account

MAILS = "/v1/mails/"
KINDS: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("welcome", {"recipient": "Ada"}, "Welcome to Example SaaS Inc.", "Hello <bdi>Ada</bdi>"),
    ("email-verification", {"valid_minutes": 1440}, "Please confirm your e-mail address", "good for 1 day"),
    ("password-reset", {"valid_minutes": 60}, "Choose a new password for Example SaaS Inc.", "good for 1 hour"),
    ("invitation", {"invited_by": "Ada", "team": "Ada & Co"}, "Ada invites you to Ada & Co", "Ada &amp; Co"),
)


def _mail_to(shopper: Shopper, address: str) -> dict[str, Any]:
    eventually(lambda: [mail for mail in emails(shopper) if address in mail["to"]], "the mail")
    (mail,) = [mail for mail in emails(shopper) if address in mail["to"]]
    return mail


def test_each_has_its_link_which_lies_nowhere_afterwards(shopper: Shopper, stack: Stack, stack_books: Database) -> None:
    account_id, secrets, addresses = open_account(shopper), [], []
    for kind, more, subject, said in KINDS:
        address, secret, key = f"{kind}-{uuid4().hex[:8]}@people.example", f"Z{uuid4().hex}", str(uuid4())
        body = {"to": address, "secret_link": f"https://app.example/?t={secret}", "account_id": account_id, **more}
        operation = shopper.command(f"{MAILS}{kind}/", body, key)
        mail = _mail_to(shopper, address)
        assert mail["subject"] == subject
        html = requests.get(f"{shopper.sandbox_url}/sandbox/inbox/{mail['id']}/html", timeout=10).text
        assert (secret in html, said in html) == (True, True), kind
        again = shopper.command(f"{MAILS}{kind}/", body, key)
        assert (again["id"], again["result"]) == (operation["id"], operation["result"])
        with pytest.raises(StackError, match="idempotency_key_reused"):
            shopper.command(f"{MAILS}{kind}/", {**body, "secret_link": "https://app.example/other"}, key)
        secrets.append(secret)
        addresses.append(address)
    eventually(lambda: _found(stack_books, secrets) == set(), "the links to be forgotten")
    logs = [log for log in (stack.home / "logs").rglob("*") if log.is_file() and log.name != "answers"]
    lines = [line for log in logs for line in log.read_text("utf-8", "replace").splitlines()]
    assert len(lines) > 100
    assert not [line for line in lines if any(secret in line for secret in secrets)]
    assert all(_mail_to(shopper, address) for address in addresses), "each once"


def _found(database: Database, words: list[str]) -> set[str]:
    with database.transaction() as session:
        tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        asked = "SELECT EXISTS (SELECT FROM {} t WHERE to_jsonb(t)::text ~ :words)"
        return {table for table in tables if session.scalar(text(asked.format(table)), {"words": "|".join(words)})}


def test_a_link_that_leads_elsewhere_goes_to_nobody(shopper: Shopper, stack_books: Database) -> None:
    secret = f"Z{uuid4().hex}"
    body = {"to": "bea@people.example", "secret_link": f"https://evil.example/?t={secret}"}
    with pytest.raises(StackError, match="link_not_allowed"):
        shopper.command(f"{MAILS}password-reset/", body, str(uuid4()))
    assert _found(stack_books, [secret]) == set(), "not even the refused command remembers it"
