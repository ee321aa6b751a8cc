"""A webhook is stored once, byte for byte, or refused without a trace."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import redis

from gateways.event_bodies import BODY_BYTES_MAX
from settings import Settings
from tests.ingress.deliveries import OLD_SECRET, PATH, SECRET, deliver, event, signed
from tests.ingress.running_door import in_thread

Rows = Callable[..., list[tuple[Any, ...]]]


def test_an_event_is_stored_as_it_came_and_the_bell_rings(door: httpx.Client, rows: Rows, broker_url: str) -> None:
    body = event("evt_1")
    answer = deliver(door, body)
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    [(row_id, gateway, event_id, event_type, stored, state, is_hinted)] = rows(
        "SELECT id, gateway, event_id, event_type, body, state, hinted_at IS NOT NULL FROM inbox"
    )
    assert (gateway, event_id, event_type, state, is_hinted) == (
        "stripe", "evt_1", "payment_intent.succeeded", "ready", True,
    )  # fmt: skip
    assert stored.encode() == body
    assert row_id in _messages(broker_url)[0]


def test_a_duplicate_is_welcome_and_changes_nothing(door: httpx.Client, rows: Rows) -> None:
    first, second = event("evt_1", type="charge.succeeded"), event("evt_1", type="charge.refunded")
    assert [deliver(door, body).status_code for body in (first, first, second)] == [200, 200, 200]
    assert rows("SELECT event_type FROM inbox") == [("charge.succeeded",)]


def test_both_secrets_count_while_one_replaces_the_other(door: httpx.Client, rows: Rows) -> None:
    for secret in (SECRET, OLD_SECRET):
        body = event()
        assert deliver(door, body, signed(body, secret)).status_code == 200
    assert rows("SELECT count(*) FROM inbox") == [(2,)]


def test_without_a_secret_nothing_is_verified_against_an_empty_key(settings: Settings, rows: Rows) -> None:
    with in_thread(settings.model_copy(update={"stripe_webhook_secrets": ()})) as door:
        answer = deliver(door, event())
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert rows("SELECT count(*) FROM inbox") == [(0,)]


def test_without_its_last_slash_the_path_works_and_is_not_redirected(door: httpx.Client) -> None:
    body = event()
    assert door.post(PATH.rstrip("/"), content=body, headers=signed(body)).status_code == 200


def test_an_event_may_come_in_pieces(door: httpx.Client, rows: Rows) -> None:
    body = event("evt_1", note="x" * 300_000)

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    assert door.post(PATH, content=pieces(), headers=signed(body)).status_code == 200
    assert rows("SELECT octet_length(body) FROM inbox") == [(len(body),)]


def test_what_postgresql_finds_hard_to_quote_is_stored_as_it_came(door: httpx.Client, rows: Rows) -> None:
    hostile = ["\\u0000", "\\", "'", "$$", "\t", "é", "\U0001f600", "'); DROP TABLE inbox; --", "{NULL}", "%s", "\\."]
    bodies = [event(f"evt_{number}", note=text) for number, text in enumerate(hostile)]
    bodies.append(event("evt_nul").replace(b"payment_intent\\", b"\\u0000"))
    assert {deliver(door, body).status_code for body in bodies} == {200}
    assert {body.encode() for (body,) in rows("SELECT body FROM inbox")} == set(bodies)


GOOD = event("evt_1")
DEEP = event().replace(b'"payment_intent"', b"[" * 5_000 + b"]" * 5_000)


def refused() -> dict[str, tuple[bytes, Any]]:
    """Stories of what is wrong: body and headers, signed now."""
    return {
        "signed with another secret": (GOOD, signed(GOOD, "whsec_forged")),
        "signed for another body": (GOOD, signed(event("evt_2"))),
        "old": (GOOD, signed(GOOD, age_seconds=301)),
        "from the future": (GOOD, signed(GOOD, age_seconds=-330)),
        "without a signature": (GOOD, {}),
        "with an empty signature": (GOOD, {"Stripe-Signature": ""}),
        "with a signature beyond ASCII": (GOOD, {"Stripe-Signature": "t=1,v1=é".encode()}),
        "with a long signature": (GOOD, {"Stripe-Signature": "t=1," + "v1=00," * 1_000}),
        "with two signatures": (GOOD, [*signed(GOOD).items(), *signed(GOOD).items()]),
        "empty": (b"", signed(b"")),
        "not UTF-8": (GOOD + b"\xff", signed(GOOD + b"\xff")),
        "not JSON": (b"{", signed(b"{")),
        "not an event": (b'{"object": "charge"}', signed(b'{"object": "charge"}')),
        "a list": (b"[]", signed(b"[]")),
        "deeply nested": (DEEP, signed(DEEP)),
        "with a strange id": (event("evt_\x00"), signed(event("evt_\x00"))),
        "with a raw NUL": (GOOD + b"\x00", signed(GOOD + b"\x00")),
    }


@pytest.mark.parametrize("story", refused())
def test_anything_wrong_is_refused_alike_and_leaves_no_row(story: str, door: httpx.Client, rows: Rows) -> None:
    body, headers = refused()[story]
    answer = door.post(PATH, content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem.pop("request_id") == answer.headers["x-request-id"]
    assert problem == {
        "type": "urn:cashbeat:problem:webhook_refused",
        "title": "webhook refused",
        "status": 400,
        "detail": "The webhook was refused.",
        "instance": PATH,
    }
    assert rows("SELECT count(*) FROM inbox") == [(0,)]


def test_a_body_beyond_the_limit_is_refused_while_it_arrives(door: httpx.Client, rows: Rows) -> None:
    body = event(note="x" * BODY_BYTES_MAX)

    def endless() -> Iterator[bytes]:
        for _ in range(20):
            yield body[:65_536]

    for content in (body, endless()):
        answer = door.post(PATH, content=content, headers=signed(body))
        assert (answer.status_code, answer.json()["type"]) == (413, "urn:cashbeat:problem:body_too_large")
    assert rows("SELECT count(*) FROM inbox") == [(0,)]


def _messages(broker_url: str) -> list[str]:
    """The bodies of the messages in the queue of webhooks, once there is one."""
    with redis.Redis.from_url(broker_url) as broker:
        for _ in range(100):
            if found := broker.lrange("webhooks", 0, -1):
                return [base64.b64decode(json.loads(message)["body"]).decode() for message in found]
            time.sleep(0.05)
    raise AssertionError("the bell did not ring")
