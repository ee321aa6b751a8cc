"""A command is stored under an id; a repeat is the same row and the same answer."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import redis

Rows = Callable[..., list[tuple[Any, ...]]]
NewKey = Callable[..., dict[str, str]]

ACCOUNT = {
    "name": "Acme Corp",
    "owner": "user_1",
    "billing_email": "billing@acme.example",
    "billing_address": {"line1": "1 Example Street", "city": "Springfield", "country": "US"},
}
CONSUME = {"account_id": "01890000-0000-7000-8000-000000000001", "amount": 5}


def test_a_command_is_stored_and_answered_with_its_place(
    door: httpx.Client, key: dict[str, str], rows: Rows, broker_url: str
) -> None:
    answer = door.post("/v1/accounts/", json=ACCOUNT, headers=key)
    assert answer.status_code == 202
    shown = answer.json()
    assert answer.headers["location"] == f"/v1/operations/{shown['id']}"
    assert (shown["kind"], shown["status"], shown["attempts"], shown["result"]) == ("open_account", "queued", 0, None)
    [(row_id, kind, body, is_hinted)] = rows("SELECT id, kind, body, hinted_at IS NOT NULL FROM operations")
    assert (row_id, kind, is_hinted) == (shown["id"], "open_account", True)
    assert body["billing_address"]["country"] == "US"
    assert door.get(answer.headers["location"], headers=key).json() == shown
    assert f'"id": "{row_id}"' in _bell(broker_url), "the Celery task id is the operation id"


def test_a_repeat_is_the_same_operation(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    headers = {**key, "Idempotency-Key": "order 66/attempt 1"}
    first, second = (door.post("/v1/accounts/", json=ACCOUNT, headers=headers) for _ in range(2))
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert UUID(first.json()["id"]).version == 5
    assert rows("SELECT count(*) FROM operations") == [(1,)]


def test_a_repeat_of_a_finished_operation_is_its_outcome(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    headers = {**key, "Idempotency-Key": "1"}
    first = door.post("/v1/accounts/", json=ACCOUNT, headers=headers).json()
    _finish(rows, first["id"])
    second = door.post("/v1/accounts/", json=ACCOUNT, headers=headers)
    assert (second.status_code, second.json()["id"], second.json()["status"]) == (200, first["id"], "succeeded")


def test_many_repeats_at_once_are_one_operation(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    headers = {**key, "Idempotency-Key": "1"}
    with ThreadPoolExecutor(20) as callers:
        answers = list(callers.map(lambda _: door.post("/v1/accounts/", json=ACCOUNT, headers=headers), range(40)))
    assert {answer.json()["id"] for answer in answers} == {answers[0].json()["id"]}
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert rows("SELECT count(*) FROM operations") == [(1,)]


def test_without_a_key_every_command_is_a_new_one(door: httpx.Client, key: dict[str, str]) -> None:
    ids = {door.post("/v1/accounts/", json=ACCOUNT, headers=key).json()["id"] for _ in range(2)}
    assert {UUID(one).version for one in ids} == {7}
    assert len(ids) == 2


def test_a_key_used_for_something_else_is_refused(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    headers = {**key, "Idempotency-Key": "1"}
    assert door.post("/v1/accounts/", json=ACCOUNT, headers=headers).status_code == 202
    for path, body in (("/v1/accounts/", {**ACCOUNT, "name": "Other"}), ("/v1/billing/credits/consume/", CONSUME)):
        answer = door.post(path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:cashbeat:problem:idempotency_key_reused")
    assert rows("SELECT kind FROM operations") == [("open_account",)]


def test_the_same_key_of_another_caller_is_another_operation(door: httpx.Client, new_key: NewKey) -> None:
    ids = {
        door.post("/v1/accounts/", json=ACCOUNT, headers={**new_key(), "Idempotency-Key": "1"}).json()["id"]
        for _ in range(2)
    }
    assert len(ids) == 2


@pytest.mark.parametrize("idempotency_key", ["", "x" * 256, b"caf\xc3\xa9", "a\tb"])
def test_an_idempotency_key_that_is_none_is_refused(
    idempotency_key: Any, door: httpx.Client, key: dict[str, str], rows: Rows
) -> None:
    answer = door.post(
        "/v1/accounts/", json=ACCOUNT, headers=httpx.Headers([*key.items(), ("Idempotency-Key", idempotency_key)])
    )
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:cashbeat:problem:idempotency_key_invalid")
    assert rows("SELECT count(*) FROM operations") == [(0,)]


def test_what_is_wrong_is_said_field_by_field(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    body = {**ACCOUNT, "billing_email": "nowhere", "billing_address": {"country": "us"}, "color": "red"}
    del body["name"]
    answer = door.post("/v1/accounts/", json=body, headers=key)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:cashbeat:problem:invalid")
    assert [one["field"] for one in answer.json()["errors"]] == [
        "name", "billing_email", "billing_address.country", "color",
    ]  # fmt: skip
    assert answer.json()["errors"][1]["message"] == "must be an e-mail address"
    assert rows("SELECT count(*) FROM operations") == [(0,)]


def test_the_same_service_twice_is_the_callers_mistake(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    twice = [{"service": "setup-app"}, {"service": "setup-app", "quantity": 2}]
    body = {"account_id": str(uuid4()), "plan": {"plan": "growth"}, "services": twice}
    answer = door.post("/v1/billing/subscriptions/", json=body, headers=key)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "services")
    assert answer.json()["errors"][0]["message"] == "must name each service once; give its quantity instead"
    assert rows("SELECT count(*) FROM operations") == [(0,)]


def test_a_currency_that_does_not_exist_is_the_callers_mistake(door: httpx.Client, key: dict[str, str]) -> None:
    body = {"account_id": str(uuid4()), "plan": {"plan": "growth", "currency": "QQQ"}}
    answer = door.post("/v1/billing/subscriptions/", json=body, headers=key)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "plan.currency")


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 400), (b"[]", 400), (b'{"name": ', 400), (b"\xff", 400), (b'"' + b"x" * 65_536 + b'"', 413)],
)
def test_a_body_that_is_no_command(content: bytes, status: int, door: httpx.Client, key: dict[str, str]) -> None:
    assert door.post("/v1/accounts/", content=content, headers=key).status_code == status


def test_text_that_postgresql_cannot_hold_is_the_callers_mistake(
    door: httpx.Client, key: dict[str, str], rows: Rows
) -> None:
    answer = door.post("/v1/accounts/", json={**ACCOUNT, "billing_email": "a\x00b@acme.example"}, headers=key)
    assert answer.status_code == 422
    assert rows("SELECT count(*) FROM operations") == [(0,)]


def test_whoever_prefers_to_wait_gets_the_outcome(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    headers = {**key, "Prefer": "respond-async, wait=10"}
    with ThreadPoolExecutor(1) as callers:
        waiting = callers.submit(door.post, "/v1/accounts/", json=ACCOUNT, headers=headers)
        operation_id = _wait_for_operation(rows)
        _finish(rows, operation_id)
        finished_at = time.monotonic()
        answer = waiting.result()
    assert time.monotonic() - finished_at < 1
    assert (answer.status_code, answer.headers["preference-applied"]) == (200, "wait=10")
    assert answer.json()["id"] == operation_id
    assert (answer.json()["status"], answer.json()["result"]) == ("succeeded", {"name": "Acme"})
    assert answer.headers["location"] == f"/v1/operations/{operation_id}"


def test_a_refusal_by_the_books_is_an_outcome_too(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    headers = {**key, "Prefer": "wait=10"}
    with ThreadPoolExecutor(1) as callers:
        waiting = callers.submit(door.post, "/v1/billing/credits/consume/", json=CONSUME, headers=headers)
        rows(
            "UPDATE operations SET state = 'rejected', attempts = 1, finished_at = now(), problem = %s WHERE id = %s",
            '{"type": "urn:cashbeat:problem:credits_short", "status": 409}',
            _wait_for_operation(rows),
        )
        answer = waiting.result()
    assert (answer.status_code, answer.json()["status"]) == (200, "failed")
    assert answer.json()["problem"]["status"] == 409


def test_whoever_waited_in_vain_is_told_where_to_look(door: httpx.Client, key: dict[str, str]) -> None:
    started_at = time.monotonic()
    answer = door.post("/v1/accounts/", json=ACCOUNT, headers={**key, "Prefer": "wait=1"})
    assert 1 <= time.monotonic() - started_at < 3
    assert answer.status_code == 202
    assert "preference-applied" not in answer.headers


def test_a_hundred_waiters_share_one_look(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    with ThreadPoolExecutor(50) as callers:
        waiting = [
            callers.submit(door.post, "/v1/accounts/", json=ACCOUNT, headers={**key, "Prefer": "wait=20"})
            for _ in range(50)
        ]
        while rows("SELECT count(*) FROM operations") != [(50,)]:
            time.sleep(0.05)
        [(connections,)] = rows("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cashbeat-ingress'")
        rows("UPDATE operations SET state = 'done', finished_at = now(), result = '{}'")
        assert {answer.result().status_code for answer in waiting} == {200}
    assert connections < 10


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ("attempts = 1", "running"),
        ("lease_until = now() + interval '1 minute'", "running"),
        ("state = 'parked'", "parked"),
        ("state = 'rejected'", "failed"),
        ("state = 'done'", "succeeded"),
    ],
)
def test_how_an_operation_stands(
    columns: str, status: str, door: httpx.Client, key: dict[str, str], rows: Rows
) -> None:
    location = door.post("/v1/accounts/", json=ACCOUNT, headers=key).headers["location"]
    rows(f"UPDATE operations SET {columns}")  # noqa: S608 - our own columns
    assert door.get(location, headers=key).json()["status"] == status


def test_callers_see_only_their_own_operations(door: httpx.Client, new_key: NewKey) -> None:
    mine, other = new_key(), new_key()
    location = door.post("/v1/accounts/", json=ACCOUNT, headers=mine).headers["location"]
    assert door.get(location, headers=mine).status_code == 200
    assert door.get(location, headers=other).status_code == 404
    assert door.get(f"/v1/operations/{uuid4()}", headers=mine).status_code == 404


def _finish(rows: Rows, operation_id: str) -> None:
    """What a worker does at the end of a command."""
    rows(
        "UPDATE operations SET state = 'done', attempts = 1, finished_at = now(), result = %s WHERE id = %s",
        '{"name": "Acme"}',
        operation_id,
    )


def _wait_for_operation(rows: Rows) -> str:
    for _ in range(200):
        if found := rows("SELECT id FROM operations"):
            return str(found[0][0])
        time.sleep(0.02)
    raise AssertionError("nothing was stored")


def _bell(broker_url: str) -> str:
    with redis.Redis.from_url(broker_url) as broker:
        for _ in range(100):
            if found := broker.lindex("commands", 0):
                return str(found.decode())
            time.sleep(0.05)
    raise AssertionError("the bell did not ring")
