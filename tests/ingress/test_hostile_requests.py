"""Hostile requests over all routes: refused one by one, and nothing that nobody gave is stored."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from settings import Settings
from tests.gateways.paypal_side import BASE, PayPalSide, event
from tests.gauntlet.hostile import FORGED_EVENT, FORGED_KEY, WEBHOOKS, Target
from tests.gauntlet.strangers import attack, routes_of
from tests.ingress.deliveries import SECRET
from tests.ingress.running_door import in_thread
from tests.ingress.test_resend_webhooks import SECRET as MAILS
from tests.ingress.test_unverified_webhooks import KNOW, PATH

MANY = 400
NOT_READY = "/readyz/"  # says 503 as long as no worker is there


def test_no_request_is_answered_with_an_error_of_ours(
    settings: Settings,
    key: dict[str, str],
    acme_id: UUID,
    rows: Callable[..., list[tuple[Any, ...]]],
) -> None:
    routes = [path for path in routes_of(settings) if path != NOT_READY]
    api_key = key["Authorization"].removeprefix("Bearer ")
    # a door without a secret says that it is not ready, which is no answer to a forgery
    with in_thread(settings.model_copy(update={"resend_webhook_secrets": (SecretStr(MAILS),)})) as door:
        address = (str(door.base_url.host), door.base_url.port or 80)
        for attacked in (routes, [path for path in routes if WEBHOOKS in path]):
            statuses, failed = attack(address, Target(attacked, api_key, str(acme_id), SECRET), MANY // 2, seed=1)
            assert failed == []
            assert statuses["400"] > 0
    assert rows("SELECT count(*) FROM inbox WHERE event_id LIKE %s", f"{FORGED_EVENT}%") == [(0,)]
    assert rows("SELECT count(*) FROM operations WHERE idempotency_key LIKE %s", f"{FORGED_KEY}%") == [(0,)]


def test_nor_is_one_at_a_door_that_takes_certificates(
    with_paypal: Settings, signer: PayPalSide, rows: Callable[..., list[tuple[Any, ...]]]
) -> None:
    """Strangers who make headers up, and such as have read those of a delivery that had come."""
    rows(KNOW, signer.url, signer.pem.decode())
    body = event("WH-GENUINE")
    headers = signer.headers(body)
    seen = {name.decode().upper(): value.decode() for name, value in headers}
    with in_thread(with_paypal) as door:
        assert door.post(PATH, content=body, headers=headers).status_code == 200
        address = (str(door.base_url.host), door.base_url.port or 80)
        for known in ({}, seen):
            target = Target([PATH], "", "", SECRET, BASE, known)
            statuses, failed = attack(address, target, MANY // 2, seed=2)
            assert failed == []
            assert statuses["400"] > 0
    assert rows("SELECT event_id FROM inbox") == [("WH-GENUINE",)]
    waiting = rows(
        "SELECT count(*), count(*) FILTER (WHERE certificate_url LIKE %s) FROM unverified_events", f"{BASE}%"
    )
    assert waiting[0][0] == waiting[0][1] > 0
