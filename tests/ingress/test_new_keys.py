"""A key that is made through the API is in the answer to whoever made it, and nowhere else."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
import pytest

from calls.run_command import run_command
from database.api_keys import hash_key
from database.audit.queries import Wanted, list_entries
from ingress.identity import CACHE_SECONDS
from schemas.permissions import StaffRole
from tests.workers.hands import equip
from workers.wiring import Work

Rows = Callable[..., list[tuple[Any, ...]]]
NewKey = Callable[..., dict[str, str]]
KEYS, STAFF, BALANCE = "/v1/admin/api-keys/", "/v1/admin/staff/", "/v1/billing/credits/balance/"
SHOP = {"name": "shop", "scopes": ["credits:read", "credits:consume"]}
# whatever a row of it is called, its text must not hold a key
EVERYWHERE = ("operations", "audit_entries", "audit_personal", "api_keys", "outbox", "untold_changes", "approvals")


@pytest.fixture
def key_worker(database_url: str, broker_url: str) -> Iterator[Work]:
    """Behind the door somebody works, when they are told to."""
    work = equip(database_url, broker_url)
    yield work
    work.database.engine.dispose()


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _done(door: httpx.Client, work: Work, headers: dict[str, str], operation: dict[str, Any]) -> dict[str, Any]:
    run_command(work, UUID(operation["id"]))
    return dict(door.get(f"/v1/operations/{operation['id']}/", headers=headers).json())


def test_a_key_is_made_used_and_revoked(
    door: httpx.Client, key: dict[str, str], key_worker: Work, acme_id: UUID
) -> None:
    answer = door.post(KEYS, json={**SHOP, "account_ids": [str(acme_id)]}, headers=key)
    made = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (202, "no-store")
    shop, balance = _bearer(made["key"]), {"account_id": str(acme_id)}
    assert door.get(BALANCE, params=balance, headers=shop).status_code == 401
    done = _done(door, key_worker, key, made)
    assert (done["status"], done["result"]["id"]) == ("succeeded", made["id"])
    assert (done["result"]["scopes"], done["result"]["account_ids"]) == (sorted(SHOP["scopes"]), [str(acme_id)])
    assert door.get(BALANCE, params=balance, headers=shop).status_code == 200
    assert door.get("/v1/billing/invoices/", params=balance, headers=shop).status_code == 403
    assert made["id"] in {each["id"] for each in door.get(KEYS, headers=key).json()["data"]}

    ended = door.post(f"{KEYS}{made['id']}/revoke/", headers=key)
    assert _done(door, key_worker, key, ended.json())["result"]["revoked_at"] is not None
    _forgotten(door, shop, balance)


def _forgotten(door: httpx.Client, headers: dict[str, str], params: dict[str, str]) -> None:
    """Within the time for which the door remembers who somebody is."""
    ends_at = time.monotonic() + CACHE_SECONDS + 2
    while door.get(BALANCE, params=params, headers=headers).status_code != 401:
        assert time.monotonic() < ends_at


def test_it_lies_nowhere(door: httpx.Client, key: dict[str, str], key_worker: Work, rows: Rows) -> None:
    made = door.post(KEYS, json=SHOP, headers={**key, "Idempotency-Key": "1"}).json()
    shown = _done(door, key_worker, key, made)
    secret = made["key"].removeprefix("cb_sk_")
    assert hash_key(made["key"]) in str(rows("SELECT body FROM operations")), "what stands for it"
    for table in EVERYWHERE:
        assert secret not in str(rows(f"SELECT to_jsonb(t)::text FROM {table} t")), table  # noqa: S608 - our names
    assert secret not in str(shown)
    assert "key" not in shown
    with key_worker.database.transaction() as session:
        entries, _ = list_entries(session, Wanted(), None, 10)
        assert [each.entry.action for each in entries] == ["create_api_key"]
        assert hash_key(made["key"]) not in str(entries[0].entry.said)


def test_a_repeat_has_no_key_and_is_the_same_operation(
    door: httpx.Client, key: dict[str, str], key_worker: Work, rows: Rows
) -> None:
    headers = {**key, "Idempotency-Key": "shop's"}
    first, second = (door.post(KEYS, json=SHOP, headers=headers) for _ in range(2))
    assert (second.json()["id"], second.json()["key"]) == (first.json()["id"], None)
    assert second.headers["idempotent-replayed"] == "true"
    assert door.post(KEYS, json={**SHOP, "name": "other"}, headers=headers).status_code == 422
    _done(door, key_worker, key, first.json())
    assert rows("SELECT count(*) FROM api_keys WHERE name = 'shop'") == [(1,)]
    assert door.get("/v1/billing/credits/packages/", headers=_bearer(first.json()["key"])).status_code == 200


def test_of_many_at_once_one_has_the_key_and_it_is_the_one_that_counts(
    door: httpx.Client, key: dict[str, str], key_worker: Work
) -> None:
    headers = {**key, "Idempotency-Key": "at once"}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: door.post(KEYS, json=SHOP, headers=headers).json(), range(48)))
    assert len({each["id"] for each in answers}) == 1
    [shown] = [each["key"] for each in answers if each["key"] is not None]
    _done(door, key_worker, key, answers[0])
    assert door.get("/v1/billing/credits/packages/", headers=_bearer(shown)).status_code == 200


def test_nobody_brings_what_the_door_draws(door: httpx.Client, key: dict[str, str]) -> None:
    for field, value in (("secret_sha256", hash_key("cb_sk_guess")), ("hint", "cb_sk_AAAA…AAAA")):
        refused = door.post(KEYS, json={**SHOP, field: value}, headers=key)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_what_is_no_key_says_which_field(door: httpx.Client, key: dict[str, str]) -> None:
    for wrong, field in (
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"scopes": []}, "scopes"),
        ({"name": ""}, "name"),
        ({"account_ids": []}, "account_ids"),
        ({"requests_per_minute_max": 0}, "requests_per_minute_max"),
    ):
        refused = door.post(KEYS, json={**SHOP, **wrong}, headers=key)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_a_key_of_staff_is_shown_and_counts_once_another_person_has_approved_it(
    door: httpx.Client, new_member: NewKey, key_worker: Work, rows: Rows
) -> None:
    kim, robin = new_member(StaffRole.ADMIN, "Kim"), new_member(StaffRole.ADMIN, "Robin")
    new_member(StaffRole.SUPPORT, "Lee")
    [(lee_id,)] = rows("SELECT id FROM staff_members WHERE name = 'Lee'")
    made = door.post(f"{STAFF}{lee_id}/keys/", headers=kim).json()
    assert _done(door, key_worker, kim, made)["status"] == "awaiting_approval"
    assert door.get("/v1/billing/invoices/", headers=_bearer(made["key"])).status_code == 401
    waiting = door.get(f"/v1/admin/approvals/{made['id']}/", headers=robin).json()
    assert (waiting["effect"]["name"], waiting["effect"]["hint"][-4:]) == ("Lee", made["key"][-4:])
    seen = {"fingerprint": waiting["fingerprint"]}
    approved = door.post(f"/v1/admin/approvals/{made['id']}/approve/", json=seen, headers=robin)
    assert _done(door, key_worker, robin, approved.json())["status"] == "succeeded"
    assert _done(door, key_worker, kim, made)["status"] == "succeeded"
    assert door.get("/v1/billing/invoices/", headers=_bearer(made["key"])).status_code == 200


def test_what_failed_while_somebody_waited_shows_no_key(
    door: httpx.Client, key: dict[str, str], key_worker: Work, new_key: NewKey
) -> None:
    maker = new_key("callers:write")
    refused = door.post(KEYS, json=SHOP, headers={**maker, "Idempotency-Key": "1"}).json()
    assert refused["key"] is not None, "nobody knows yet"
    _done(door, key_worker, key, refused)
    again = door.post(KEYS, json=SHOP, headers={**maker, "Idempotency-Key": "1"}).json()
    assert (again["status"], again["problem"]["type"].rpartition(":")[2]) == ("failed", "beyond_maker")
    assert again["key"] is None
