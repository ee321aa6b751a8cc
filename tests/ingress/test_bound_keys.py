"""A key may be bound to accounts: what it leaves out is filled in, and what it may not touch does not exist for it."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy.orm import Session

from billing.accounts.open import open_account
from database.ids import uuid7
from schemas.commands.accounts import Address, OpenAccount

Rows = Callable[..., list[tuple[Any, ...]]]
NewKey = Callable[..., dict[str, str]]
BALANCE = "/v1/billing/credits/balance/"
CONSUME = "/v1/billing/credits/consume/"
INVOICES = "/v1/billing/invoices/"


def _second(session: Session) -> UUID:
    address = Address(country="US")
    command = OpenAccount(name="Second", owner="user_2", billing_email="pay@second.example", billing_address=address)
    opened = open_account(session, uuid7(), command)
    session.commit()
    return opened


def test_the_only_account_need_not_be_said(door: httpx.Client, new_key: NewKey, acme_id: UUID, rows: Rows) -> None:
    bound = new_key(account_ids=[acme_id])
    assert door.get(BALANCE, headers=bound).json()["account_id"] == str(acme_id)
    assert door.get(BALANCE, params={"account_id": str(acme_id)}, headers=bound).status_code == 200
    assert door.get(INVOICES, headers=bound).json()["data"] == []
    assert door.post(CONSUME, json={"amount": 5}, headers=bound).status_code == 202
    assert rows("SELECT body ->> 'account_id' FROM operations") == [(str(acme_id),)]


def test_of_several_accounts_one_has_to_be_said(
    door: httpx.Client, new_key: NewKey, acme_id: UUID, owner_session: Session
) -> None:
    bound = new_key(account_ids=[acme_id, _second(owner_session)])
    for answer in (door.get(INVOICES, headers=bound), door.post(CONSUME, json={"amount": 5}, headers=bound)):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "account_id")
    assert door.get(INVOICES, params={"account_id": str(acme_id)}, headers=bound).status_code == 200
    assert door.get(INVOICES, params={"account_id": str(uuid4())}, headers=bound).status_code == 404


def test_its_list_ends_where_its_accounts_end(
    door: httpx.Client, new_key: NewKey, key: dict[str, str], acme_id: UUID, owner_session: Session
) -> None:
    second_id = _second(owner_session)
    for path in ("/v1/billing/subscriptions/", "/v1/billing/credit-notes/", INVOICES):
        refused = door.get(path, params={"account_id": str(second_id)}, headers=new_key(account_ids=[acme_id]))
        assert (refused.status_code, refused.json()["type"]) == (404, "urn:cashbeat:problem:account_not_found")
        assert door.get(path, params={"account_id": str(second_id)}, headers=key).status_code == 200


def test_a_product_of_the_same_name_is_not_its_own(
    door: httpx.Client, new_key: NewKey, acme_id: UUID, rows: Rows
) -> None:
    row_id = uuid7()
    rows(
        "INSERT INTO operations (id, kind, caller, body, body_sha256)"
        " VALUES (%s, 'open_account', 'app/shop', '{}', '')",
        str(row_id),
    )
    path = f"/v1/operations/{row_id}/"
    assert door.get(path, headers=new_key(name="shop")).status_code == 200
    assert door.get(path, headers=new_key(name="shop", account_ids=[acme_id])).status_code == 404


def test_a_key_tells_when_it_was_last_used(door: httpx.Client, new_key: NewKey, rows: Rows) -> None:
    used, resting = new_key(name="used"), new_key(name="resting")
    assert resting
    assert door.get(INVOICES, headers=used).status_code == 200
    for _ in range(100):
        time.sleep(0.05)
        told: dict[str, Any] = dict(rows("SELECT name, last_used_at FROM api_keys"))
        if told["used"]:
            break
    assert (told["used"] is not None, told["resting"]) == (True, None)
