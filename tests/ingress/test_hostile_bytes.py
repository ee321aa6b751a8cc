"""Whatever is sent, signed or not, is answered below 500."""

import json
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateways.stripe.signatures import sign
from tests.ingress.deliveries import PATH, SECRET, event, signed

Rows = Callable[..., list[tuple[Any, ...]]]

SLOW_IS_FINE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def post(door: httpx.Client) -> Callable[[bytes, dict[str, Any]], int]:
    """Posts to the webhook's path and returns the status."""
    return lambda body, headers: door.post(PATH, content=body, headers=headers).status_code


@SLOW_IS_FINE
@given(body=st.binary(max_size=2_000))
@example(body=b"\xff\xfe")
@example(body=b'{"object":"event","id":"evt_\\ud800","type":"x","created":1}')
@example(body=b"[" * 100_000)
def test_signed_bytes(post: Callable[[bytes, dict[str, Any]], int], body: bytes) -> None:
    assert post(body, signed(body)) == 400


@SLOW_IS_FINE
@given(fields=st.dictionaries(st.sampled_from(["id", "object", "type", "created", "api_version", "data"]), JSON))
def test_signed_events_with_strange_fields(
    post: Callable[[bytes, dict[str, Any]], int], fields: dict[str, Any]
) -> None:
    body = event(**fields)
    assert post(body, signed(body)) in (200, 400)


@SLOW_IS_FINE
@given(header=st.binary(max_size=300))
@example(header=b"t=1,v1=\xff")
@example(header=b"t=" + b"9" * 5_000)
def test_signatures(door: httpx.Client, header: bytes) -> None:
    body = event()
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nStripe-Signature: ".encode()
    answer = _exchange(door, head + header + b"\r\n\r\n" + body)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


@SLOW_IS_FINE
@given(noise=st.binary(min_size=1, max_size=400), at=st.integers(0, 400))
def test_a_request_with_noise_in_it(door: httpx.Client, noise: bytes, at: int) -> None:
    body = event()
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    request = f"{head}Stripe-Signature: {sign(body, SECRET, int(time.time()))}\r\n\r\n".encode() + body
    answer = _exchange(door, request[:at] + noise + request[at:])
    assert not answer.startswith(b"HTTP/1.1 5")


@SLOW_IS_FINE
@given(body=JSON)
def test_commands_with_strange_bodies(door: httpx.Client, key: dict[str, str], body: Any) -> None:
    content = json.dumps(body).encode()
    for path in ("/v1/accounts/", "/v1/billing/credits/consume/", "/v1/billing/stripe/credit-checkout/"):
        assert door.post(path, content=content, headers=key).status_code in (400, 422)


def _exchange(door: httpx.Client, request: bytes) -> bytes:
    """The answer to these bytes; nothing when the door waits for more of what it took for a request."""
    with socket.create_connection((door.base_url.host, door.base_url.port or 80), timeout=0.3) as connection:
        connection.sendall(request)
        try:
            return connection.recv(65_536)
        except (TimeoutError, ConnectionResetError):
            return b""
