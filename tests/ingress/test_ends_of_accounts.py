"""At the door: an account is deleted by its typed name, its copy is fetched, its limits are read and reported."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx

from database.ids import uuid7

Rows = Callable[..., list[tuple[Any, ...]]]
ACCOUNTS = "/v1/accounts/"


def test_a_deletion_is_stored_with_the_name_that_was_typed(
    door: httpx.Client, key: dict[str, str], acme_id: UUID, rows: Rows
) -> None:
    nothing_typed = door.request("DELETE", f"{ACCOUNTS}{acme_id}/", headers=key, json={})
    assert (nothing_typed.status_code, nothing_typed.json()["title"]) == (422, "invalid")
    typed = {"confirm_name": "Acme Corp"}
    assert door.request("DELETE", f"{ACCOUNTS}{acme_id}/", headers=key, json=typed).status_code == 202
    own = {"account_id": str(acme_id), **typed}
    assert door.request("DELETE", "/v1/account/", headers=key, json=own).status_code == 202
    bodies = [(kind, body) for kind, body in rows("SELECT kind, body FROM operations")]
    assert bodies == [("delete_account", own), ("delete_account", own)]


def test_closed_accounts_are_listed_apart(door: httpx.Client, key: dict[str, str], acme_id: UUID, rows: Rows) -> None:
    assert door.get(f"{ACCOUNTS}{acme_id}/", headers=key).json()["status"] == "active"
    rows("UPDATE accounts SET closed_at = now(), keep_until = now() + interval '10 years'")
    for status, ids in (("closed", [str(acme_id)]), ("active", [])):
        page = door.get(ACCOUNTS, params={"status": status}, headers=key).json()
        assert [account["id"] for account in page["data"]] == ids


def test_a_copy_is_fetched_once_it_is_written_and_before_it_expires(
    door: httpx.Client, key: dict[str, str], acme_id: UUID, rows: Rows
) -> None:
    path = f"{ACCOUNTS}{acme_id}/export/"
    assert door.post(path, headers=key).status_code == 202
    assert door.get(path, headers=key).status_code == 404
    asked = "INSERT INTO account_exports (id, account_id, parts, asked_at) VALUES (%s, %s, 3, now())"
    rows(asked, str(uuid7()), str(acme_id))
    assert door.get(path, headers=key).json()["status"] == "asked"
    assert door.get(f"{path}file/", headers=key).status_code == 404, "not before it is ready"
    rows("UPDATE account_exports SET content = 'PK', ready_at = now(), expires_at = now() + interval '1 day'")
    own = door.get("/v1/account/export/", params={"account_id": str(acme_id)}, headers=key).json()
    assert (own["status"], own["size_bytes"]) == ("ready", 2)
    file = door.get(f"{path}file/", headers=key)
    assert (file.content, file.headers["content-type"], file.headers["cache-control"]) == (
        b"PK", "application/zip", "no-store",
    )  # fmt: skip
    rows("UPDATE account_exports SET expires_at = now() - interval '1 second'")
    assert [door.get(each, headers=key).status_code for each in (path, f"{path}file/")] == [404, 404]


def test_limits_are_read_and_reported(door: httpx.Client, key: dict[str, str], acme_id: UUID, rows: Rows) -> None:
    path = f"{ACCOUNTS}{acme_id}/limits/"
    shown = door.get(path, headers=key).json()
    assert (shown["sites"], shown["credits"]["used"]) == (
        {"used": None, "most": 0, "is_over": False, "counted_at": None},
        0,
    )
    assert (
        door.get("/v1/account/limits/", params={"account_id": str(acme_id)}, headers=key).json()["users"]["most"] == 0
    )
    for refused in ({}, {"sites": 1}, {"counted_at": "2026-11-30T10:00:00Z"}, {"sites": -1}):
        assert door.post(f"{path}usage/", json=refused, headers=key).status_code == 422
    counted = {"counted_at": "2026-11-30T10:00:00Z", "sites": 2}
    assert door.post(f"{path}usage/", json=counted, headers=key).status_code == 202
    assert [kind for (kind,) in rows("SELECT kind FROM operations")] == ["report_counts"]
