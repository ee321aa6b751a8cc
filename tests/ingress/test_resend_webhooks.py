"""What Resend tells of mails comes through a door like the others'."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
from pydantic import SecretStr

from gateways.resend.signatures import sign
from settings import Settings
from tests.ingress.running_door import in_thread

Rows = Callable[..., list[tuple[Any, ...]]]
PATH = "/v1/billing/webhooks/resend/"
SECRET = "whsec_b3VyIHNlY3JldA=="
EVENT = {"type": "email.bounced", "created_at": "2026-09-21T13:46:40.126Z", "data": {"to": ["ada@ada.example"]}}
BODY = json.dumps(EVENT).encode()


def _deliver(door: httpx.Client, name: str, body: bytes = BODY, secret: str = SECRET) -> int:
    now = int(time.time())
    signature = sign(name, now, body, [secret])
    headers = {"svix-id": name, "svix-timestamp": str(now), "svix-signature": signature}
    return door.post(PATH, content=body, headers=headers).status_code


def test_an_event_is_stored_once_under_the_name_of_its_delivery(settings: Settings, rows: Rows) -> None:
    with in_thread(settings.model_copy(update={"resend_webhook_secrets": (SecretStr(SECRET),)})) as door:
        assert [_deliver(door, "msg_1") for _ in range(2)] == [200, 200]
        assert rows("SELECT gateway, event_id, event_type, body FROM inbox") == [
            ("resend", "msg_1", "email.bounced", BODY.decode())
        ]


def test_what_others_signed_leaves_no_trace(settings: Settings, rows: Rows) -> None:
    with in_thread(settings.model_copy(update={"resend_webhook_secrets": (SecretStr(SECRET),)})) as door:
        assert _deliver(door, "msg_1", secret="whsec_c29tZWJvZHkgZWxzZQ==") == 400
        assert _deliver(door, "msg_1", body=b'{"type": "email.bounced"}') == 400
        assert door.post(PATH, content=BODY).status_code == 400
        assert rows("SELECT count(*) FROM inbox") == [(0,)]


def test_without_a_secret_the_door_stays_shut(door: httpx.Client, rows: Rows) -> None:
    assert _deliver(door, "msg_1") == 503
    assert rows("SELECT count(*) FROM inbox") == [(0,)]
