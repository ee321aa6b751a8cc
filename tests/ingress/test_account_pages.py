"""The list of accounts, their settings, and the page behind the link that confirms a billing e-mail."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.accounts.ask_email import ask_email
from billing.accounts.confirm_email import make_link
from billing.accounts.open import open_account
from billing.accounts.queries import get_account
from database.ids import uuid7
from schemas.commands.accounts import Address, OpenAccount

Rows = Callable[..., list[tuple[Any, ...]]]
ACCOUNTS = "/v1/accounts/"


def _open(session: Session, name: str, owner: str) -> UUID:
    email = f"{owner}@Example.com"
    command = OpenAccount(name=name, owner=owner, billing_email=email, billing_address=Address(country="US"))
    found = open_account(session, uuid7(), command)
    session.commit()
    return found


def _names(door: httpx.Client, key: dict[str, str], **wanted: str) -> list[str]:
    answer = door.get(ACCOUNTS, params=wanted, headers=key)
    assert answer.status_code == 200, answer.text
    return [account["name"] for account in answer.json()["data"]]


def test_accounts_are_listed_and_found(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    _open(owner_session, "Acme_West", "user_2")
    _open(owner_session, "Zebra 100%", "user_3")
    assert _names(door, key) == ["Zebra 100%", "Acme_West", "Acme Corp"]
    assert _names(door, key, owner="user_1") == ["Acme Corp"]
    assert _names(door, key, email="USER_2@example.COM") == ["Acme_West"]
    assert _names(door, key, name="acme") == ["Acme_West", "Acme Corp"]
    assert _names(door, key, name="acme_") == ["Acme_West"], "what means something in a pattern means itself"
    assert _names(door, key, name="zebra 100%") == ["Zebra 100%"]
    assert _names(door, key, name="%") == []
    assert _names(door, key, created_from="2000-01-02T00:00:00Z", created_before="2001-01-01T00:00:00Z") == []
    first = door.get(ACCOUNTS, params={"limit": 2}, headers=key).json()
    rest = door.get(ACCOUNTS, params={"limit": 2, "cursor": first["next_cursor"]}, headers=key).json()
    assert [account["id"] for account in rest["data"]] == [str(acme_id)]
    assert rest["next_cursor"] is None


def test_settings_are_shown_under_both_names(door: httpx.Client, key: dict[str, str], acme_id: UUID) -> None:
    shown = door.get(f"{ACCOUNTS}{acme_id}/settings/", headers=key).json()
    assert (shown["time_zone"], shown["locale"], shown["recipients"]) == ("UTC", "en", {})
    own = door.get("/v1/account/settings/", params={"account_id": str(acme_id)}, headers=key)
    assert own.json() == shown
    assert door.get(f"{ACCOUNTS}{uuid7()}/settings/", headers=key).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"name": None}, {"billing_address": None}, {"billing_email": None}, {"billing_email": "nobody"},
        {"time_zone": "Mars/Olympus"}, {"locale": "!"}, {"recipients": {"gossip": ["a@b.example"]}},
        {"recipients": {"invoices": ["a@b.example", "A@b.example"]}}, {"owner": "user_9"},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(
    door: httpx.Client, key: dict[str, str], acme_id: UUID, fields: dict[str, Any], rows: Rows
) -> None:
    refused = door.patch(f"{ACCOUNTS}{acme_id}/settings/", json=fields, headers=key)
    assert (refused.status_code, refused.json()["title"]) == (422, "invalid")
    assert rows("SELECT 1 FROM operations") == []


def test_a_change_is_stored_with_what_was_given_alone(
    door: httpx.Client, key: dict[str, str], acme_id: UUID, rows: Rows
) -> None:
    fields = {"tax_id": None, "recipients": {"credits": None}}
    assert door.patch(f"{ACCOUNTS}{acme_id}/settings/", json=fields, headers=key).status_code == 202
    assert door.patch("/v1/account/settings/", json={"account_id": str(acme_id)}, headers=key).status_code == 202
    bodies = [body for (body,) in rows("SELECT body FROM operations ORDER BY created_at")]
    assert bodies == [{"account_id": str(acme_id), **fields}, {"account_id": str(acme_id)}]


def _link(session: Session, account_id: UUID) -> str:
    now = datetime.now(UTC)
    waiting = ask_email(session, get_account(session, account_id), "new@acme.example", "operation/1", now)
    token = make_link(session, waiting, "a mail")
    session.commit()
    return f"/confirm-email/{token}/"


def test_looking_at_a_link_changes_nothing_and_its_button_stages_the_command_once(
    door: httpx.Client, owner_session: Session, acme_id: UUID, rows: Rows
) -> None:
    link = _link(owner_session, acme_id)
    for _ in range(2):
        shown = door.get(link)
    assert shown.status_code == 200
    assert "new@acme.example" in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert rows("SELECT 1 FROM operations") == []
    for _ in range(2):
        assert door.post(link, timeout=30).status_code == 202, "no worker is there"
    [(kind, caller, body)] = rows("SELECT kind, caller, body FROM operations")
    assert (kind, caller, body) == ("confirm_email", "confirm_link", {"token": link.split("/")[2]})


def test_a_link_that_is_none_or_is_over_opens_nothing(
    door: httpx.Client, owner_session: Session, acme_id: UUID, rows: Rows
) -> None:
    link = _link(owner_session, acme_id)
    rows("UPDATE email_confirmations SET expires_at = %s", datetime.now(UTC) - timedelta(seconds=1))
    for path in (link, f"/confirm-email/{'x' * 43}/", "/confirm-email/%00/"):
        assert door.get(path).status_code == 404
        assert door.post(path).status_code == 404
    assert rows("SELECT 1 FROM operations") == []
