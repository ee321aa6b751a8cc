"""Hostile requests over all routes: refused one by one, and nothing that nobody gave is stored."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx

from settings import Settings
from tests.gauntlet.hostile import FORGED_EVENT, FORGED_KEY, WEBHOOKS, Target
from tests.gauntlet.strangers import attack, routes_of
from tests.ingress.deliveries import SECRET

MANY = 400
NOT_READY = "/readyz/"  # says 503 as long as no worker is there


def test_no_request_is_answered_with_an_error_of_ours(
    door: httpx.Client,
    settings: Settings,
    key: dict[str, str],
    acme_id: UUID,
    rows: Callable[..., list[tuple[Any, ...]]],
) -> None:
    routes = [path for path in routes_of(settings) if path != NOT_READY]
    api_key = key["Authorization"].removeprefix("Bearer ")
    address = (str(door.base_url.host), door.base_url.port or 80)
    for attacked in (routes, [path for path in routes if WEBHOOKS in path]):
        statuses, failed = attack(address, Target(attacked, api_key, str(acme_id), SECRET), MANY // 2, seed=1)
        assert failed == []
        assert statuses["400"] > 0
    assert rows("SELECT count(*) FROM inbox WHERE event_id LIKE %s", f"{FORGED_EVENT}%") == [(0,)]
    assert rows("SELECT count(*) FROM operations WHERE idempotency_key LIKE %s", f"{FORGED_KEY}%") == [(0,)]
