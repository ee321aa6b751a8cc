"""Asking for a link into the portal: it leaves through the answer, and what is stored on the way is its hash."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx

from database.api_keys import hash_key
from settings import Settings
from tests.ingress.running_door import in_thread

SESSIONS = "/v1/portal/sessions/"
PORTAL = "https://account.example"
NOT_ALLOWED = "urn:cashbeat:problem:return_url_not_allowed"
Rows = Callable[..., list[tuple[Any, ...]]]


def _wanted(account_id: UUID, **more: object) -> dict[str, object]:
    return {"account_id": str(account_id), "user_id": "user_1", "role": "owner", **more}


def test_the_link_is_in_the_first_answer_alone(
    door: httpx.Client, key: dict[str, str], acme_id: UUID, rows: Rows
) -> None:
    headers = {**key, "Idempotency-Key": "visit-1"}
    wanted = _wanted(acme_id, return_url="https://app.example/billing?tab=1")
    first, again = (door.post(SESSIONS, json=wanted, headers=headers) for _ in range(2))
    assert (first.status_code, first.headers["cache-control"]) == (202, "no-store")
    url = first.json()["url"]
    token = url.removeprefix(f"{PORTAL}/enter/")
    assert len(token) == 43
    assert (again.status_code, again.json()["url"], again.headers["idempotent-replayed"]) == (202, None, "true")
    ((stored,),) = rows("SELECT body::text FROM operations")
    assert hash_key(token) in stored
    assert token not in stored


def test_nobody_is_led_elsewhere(door: httpx.Client, key: dict[str, str], acme_id: UUID) -> None:
    refused = (
        "https://evil.example/", "http://app.example/", "https://app.example.evil.example/", "https://evil.example#app.example",
        "https://127.0.0.1.evil.example/",
    )  # fmt: skip
    for url in refused:
        answer = door.post(SESSIONS, json=_wanted(acme_id, return_url=url), headers=key)
        assert (answer.status_code, answer.json()["type"]) == (
            422,
            NOT_ALLOWED,
        ), url
    for url in ("javascript:alert(1)", "//app.example/", "https://me@app.example/", "app.example"):
        answer = door.post(SESSIONS, json=_wanted(acme_id, return_url=url), headers=key)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:cashbeat:problem:invalid"), url
    allowed = _wanted(acme_id, return_url="http://127.0.0.1:3000/")
    assert door.post(SESSIONS, json=allowed, headers=key).status_code == 202


def test_where_a_link_leads_is_a_word_and_never_an_address(
    door: httpx.Client, key: dict[str, str], acme_id: UUID
) -> None:
    for target in ("pay", "cancel", "invoices", f"invoice/{uuid4()}"):
        assert door.post(SESSIONS, json=_wanted(acme_id, target=target), headers=key).status_code == 202
    addresses = (
        "/account/billing",
        "https://evil.example/",
        "//evil.example",
        "invoice/../../leave",
        "pay\n",
        "PAY",
        "",
    )
    for target in addresses:
        assert door.post(SESSIONS, json=_wanted(acme_id, target=target), headers=key).status_code == 422, target


def test_who_may_ask_and_for_whom(door: httpx.Client, new_key: Callable[..., dict[str, str]], acme_id: UUID) -> None:
    bound, reader = new_key(account_ids=[acme_id]), new_key("billing:read")
    assert door.post(SESSIONS, json=_wanted(acme_id), headers=bound).status_code == 202
    assert door.post(SESSIONS, json=_wanted(uuid4()), headers=bound).status_code == 404
    assert door.post(SESSIONS, json=_wanted(acme_id), headers=reader).status_code == 403
    for wrong in ({"role": "root"}, {"user_id": ""}, {"token_sha256": "a" * 64}, {"account_id": "x"}):
        answer = door.post(SESSIONS, json=_wanted(acme_id) | wrong, headers=bound)
        assert answer.status_code == 422, wrong


def test_without_a_portal_there_is_no_link(settings: Settings, key: dict[str, str], acme_id: UUID) -> None:
    with in_thread(settings.model_copy(update={"portal_public_url": ""})) as door:
        answer = door.post(SESSIONS, json=_wanted(acme_id), headers=key)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:cashbeat:problem:portal_not_offered")
