"""Users of a customer call the API themselves, with tokens of the product's app."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.accounts.open import open_account
from database.ids import uuid7
from schemas.commands.accounts import OpenAccount
from tests.callers.issuers import bearer, by_rsa, by_secret

Rows = Callable[..., list[tuple[Any, ...]]]
INVOICES = "/v1/billing/invoices/"
WATCH = "/v1/billing/credits/balance-watch/"


def test_a_user_sees_and_does_what_is_the_accounts(users_door: httpx.Client, acme_id: UUID, rows: Rows) -> None:
    owner = bearer(by_secret(account_id=str(acme_id)))
    assert users_door.get(f"/v1/accounts/{acme_id}/", headers=owner).json()["name"] == "Acme Corp"
    assert users_door.get(INVOICES, headers=owner).json()["data"] == []
    said = users_door.post(WATCH, json={"warn_below": 5}, headers=owner)
    assert said.status_code == 202
    assert users_door.get(said.headers["location"], headers=owner).json() == said.json()
    assert rows("SELECT caller, body ->> 'account_id' FROM operations") == [(f"user/{acme_id}/user_1", str(acme_id))]


def test_a_user_need_not_say_which_account(users_door: httpx.Client, acme_id: UUID, rows: Rows) -> None:
    owner, own = bearer(by_secret(account_id=str(acme_id))), "/v1/account/"
    assert users_door.get(own, headers=owner).json()["id"] == str(acme_id)
    for path in ("settings/", "limits/", "team/", "team/invitations/"):
        assert users_door.get(f"{own}{path}", headers=owner).json()["account_id"] == str(acme_id), path
    assert users_door.get(f"{own}usage/analytics/", headers=owner).status_code == 200
    assert users_door.get(f"{own}export/", headers=owner).status_code == 404, "nobody asked for one"
    said: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("PATCH", "settings/", {"name": "Acme"}), ("POST", "export/", {}), ("DELETE", "", {"confirm_name": "Acme"}),
        ("POST", "team/invite/", {"email": "b@acme.example", "role": "viewer"}), ("POST", "team/leave/", {}),
        ("POST", "transfer-ownership/", {"member_id": str(acme_id)}),
    )  # fmt: skip
    for method, path, body in said[:5]:
        assert users_door.request(method, f"{own}{path}", json=body, headers=owner).status_code == 202, path
    # a member who is not there is another's, so far as anybody can tell
    assert users_door.post(f"{own}{said[5][1]}", json=said[5][2], headers=owner).status_code == 404
    assert rows("SELECT DISTINCT body ->> 'account_id' FROM operations") == [(str(acme_id),)]


@pytest.mark.parametrize("called", ["jose\u0301", " 7 ", "x" * 255], ids=ascii)
def test_who_opens_an_account_is_known_by_the_name_that_their_tokens_say(
    called: str, users_door: httpx.Client, owner_session: Session
) -> None:
    wanted = {
        "name": "Acme", "owner": called, "billing_email": "b@acme.example", "billing_address": {"country": "US"}
    }  # fmt: skip
    account_id = open_account(owner_session, uuid7(), OpenAccount.model_validate(wanted))
    owner_session.commit()
    owner = bearer(by_secret(account_id=str(account_id), sub=called))
    team = users_door.get("/v1/account/team/", headers=owner).json()
    assert [(each["user_id"], each["role"]) for each in team["members"]] == [(called, "owner")]


def test_a_role_that_may_not_is_told_what_it_lacks(users_door: httpx.Client, acme_id: UUID) -> None:
    member = bearer(by_secret(account_id=str(acme_id), role="member"))
    refused = users_door.get(INVOICES, headers=member)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:cashbeat:problem:permission_missing")
    assert 'scope="invoices:read"' in refused.headers["www-authenticate"]


def test_a_users_idempotency_key_is_theirs_whatever_token_they_come_with(
    users_door: httpx.Client, acme_id: UUID
) -> None:
    def said(**others: Any) -> str:
        token = by_secret(**{"account_id": str(acme_id), "jti": str(uuid4()), **others})
        headers = {**bearer(token), "Idempotency-Key": "1"}
        answer = users_door.post(WATCH, json={"warn_below": 5}, headers=headers)
        assert answer.status_code == 202
        return str(answer.json()["id"])

    assert said() == said()
    assert said(sub="user_2") != said()


def test_others_do_not_see_what_a_user_gave(users_door: httpx.Client, acme_id: UUID, key: dict[str, str]) -> None:
    said = users_door.post(WATCH, json={"warn_below": 5}, headers=bearer(by_secret(account_id=str(acme_id))))
    colleague = bearer(by_secret(account_id=str(acme_id), sub="user_2"))
    stranger = bearer(by_secret(account_id=str(uuid4())))
    for other in (colleague, stranger, key):
        assert users_door.get(said.headers["location"], headers=other).status_code == 404


@pytest.mark.parametrize(
    "token",
    [
        by_secret("a-secret-of-somebody-else-0123456789"), by_rsa(), by_secret(exp=1), by_secret(aud="another"),
        by_secret(role="root"), "e30.e30.e30", "x" * 8_192, "..", "cb_sk_.x.y",
    ],
    ids=range(9),
)  # fmt: skip
def test_tokens_that_count_nowhere(users_door: httpx.Client, token: str) -> None:
    refused = users_door.get(INVOICES, headers=bearer(token))
    assert refused.status_code == 401
    assert refused.json()["type"] in {"urn:cashbeat:problem:token_refused", "urn:cashbeat:problem:key_unknown"}
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_a_token_ends_even_while_it_is_remembered(users_door: httpx.Client, acme_id: UUID) -> None:
    ending = bearer(by_secret(account_id=str(acme_id), exp=int(time.time()) - 8))
    assert users_door.get(INVOICES, headers=ending).status_code == 200
    time.sleep(3)
    assert users_door.get(INVOICES, headers=ending).status_code == 401


def test_without_a_word_about_tokens_there_are_no_users(door: httpx.Client, acme_id: UUID) -> None:
    refused = door.get(INVOICES, headers=bearer(by_secret(account_id=str(acme_id))))
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:cashbeat:problem:key_unknown")
