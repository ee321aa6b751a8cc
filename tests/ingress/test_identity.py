"""Only callers with a living key, and only within its scopes."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from database.api_keys import hash_key
from ingress.identity import CACHE_SECONDS
from schemas.commands import SCOPES

NewKey = Callable[..., dict[str, str]]
ANYTHING = str(uuid4())
NEEDED = {
    ("GET", f"/v1/operations/{ANYTHING}"): "operations:read",
    ("GET", f"/v1/accounts/{ANYTHING}/"): "accounts:read",
    ("POST", "/v1/accounts/"): "accounts:write",
    ("POST", "/v1/billing/stripe/credit-checkout/"): "billing:write",
    ("POST", "/v1/billing/credits/consume/"): "credits:write",
    ("GET", "/v1/billing/invoices/"): "billing:read",
    ("GET", f"/v1/billing/invoices/{ANYTHING}/"): "billing:read",
    ("GET", f"/v1/billing/invoices/{ANYTHING}/pdf/"): "billing:read",
    ("GET", f"/v1/billing/credits/balance/?account_id={ANYTHING}"): "credits:read",
    ("GET", "/v1/billing/credits/packages/"): "credits:read",
}


def test_without_a_key_nothing_is_shown(door: httpx.Client) -> None:
    for method, path in NEEDED:
        answer = door.request(method, path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["type"] == "urn:cashbeat:problem:key_missing"


@pytest.mark.parametrize(
    "header",
    ["Bearer cb_sk_unknown", "Bearer sk_live", "Bearer " + "x" * 5_000, b"Bearer cb_sk_\xff", "Basic YTpi", "Bearer"],
)
def test_strange_keys_are_refused(header: Any, door: httpx.Client) -> None:
    answer = door.get("/v1/billing/invoices/", headers=httpx.Headers([("Authorization", header)]))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_each_route_needs_its_scope_and_no_other(door: httpx.Client, new_key: NewKey) -> None:
    for (method, path), scope in NEEDED.items():
        with_all_others = new_key(*(other for other in SCOPES if other != scope))
        refused = door.request(method, path, headers=with_all_others)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:cashbeat:problem:scope_missing"), path
        assert f'scope="{scope}"' in refused.headers["www-authenticate"]
        assert door.request(method, path, headers=new_key(scope)).status_code in (200, 400, 404), path


def test_a_key_ends_at_its_time_even_while_it_is_remembered(door: httpx.Client, new_key: NewKey) -> None:
    ended = new_key(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert door.get("/v1/billing/invoices/", headers=ended).status_code == 401
    ending = new_key(expires_at=datetime.now(UTC) + timedelta(seconds=3))
    answers = [door.get("/v1/billing/invoices/", headers=ending).status_code for _ in _until(3.2)]
    assert (answers[0], answers[-1]) == (200, 401)


def test_a_revoked_key_is_forgotten_within_seconds(
    door: httpx.Client, new_key: NewKey, rows: Callable[..., object]
) -> None:
    key = new_key()
    assert door.get("/v1/billing/invoices/", headers=key).status_code == 200
    hashed = hash_key(key["Authorization"].removeprefix("Bearer "))
    rows("UPDATE api_keys SET revoked_at = now() WHERE secret_sha256 = %s", hashed)
    answers = [door.get("/v1/billing/invoices/", headers=key).status_code for _ in _until(CACHE_SECONDS + 0.5)]
    assert answers[-1] == 401


def _until(seconds: float) -> Iterator[None]:
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        time.sleep(0.1)
        yield
