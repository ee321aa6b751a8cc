"""Only callers with a living key, and only with the permission."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from database.api_keys import hash_key
from ingress.entries import all_entries
from ingress.identity import CACHE_SECONDS
from schemas.permissions import BY_NAME, SCOPES, of_key

NewKey = Callable[..., dict[str, str]]
ANYTHING = str(uuid4())


def _typed(path: str) -> str:
    """A path that a caller could type: about something that is not there."""
    return path.replace("{id:uuid}", ANYTHING).replace("{gateway}", "stripe")


NEEDED = {(entry.method, _typed(entry.path)): entry.does.permission for entry in all_entries() if entry.does.permission}


def test_without_a_key_nothing_is_shown(door: httpx.Client) -> None:
    assert len(NEEDED) > 60
    for method, path in NEEDED:
        answer = door.request(method, path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), path
        assert answer.json()["type"] == "urn:cashbeat:problem:key_missing"


@pytest.mark.parametrize(
    "header",
    ["Bearer cb_sk_unknown", "Bearer sk_live", "Bearer " + "x" * 5_000, b"Bearer cb_sk_\xff", "Basic YTpi", "Bearer"],
)
def test_strange_keys_are_refused(header: Any, door: httpx.Client) -> None:
    answer = door.get("/v1/billing/invoices/", headers=httpx.Headers([("Authorization", header)]))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_each_route_needs_its_permission_and_no_other(door: httpx.Client, new_key: NewKey) -> None:
    fitting = {name: new_key(name) for name in BY_NAME}
    all_others = {name: new_key(*(scope for scope in SCOPES if name not in of_key([scope]))) for name in BY_NAME}
    for (method, path), permission in NEEDED.items():
        refused = door.request(method, path, headers=all_others[permission])
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:cashbeat:problem:permission_missing"), path
        assert f'scope="{permission}"' in refused.headers["www-authenticate"]
        let_in = door.request(method, path, headers=fitting[permission])
        assert let_in.status_code in (200, 202, 400, 404, 422), path


def test_a_coarse_scope_lets_in_where_what_it_includes_is_needed(door: httpx.Client, new_key: NewKey) -> None:
    coarse = {each.scope: new_key(each.scope) for each in BY_NAME.values() if each.scope}
    for (method, path), permission in NEEDED.items():
        if scope := BY_NAME[permission].scope:
            assert door.request(method, path, headers=coarse[scope]).status_code in (200, 202, 400, 404, 422), path


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
