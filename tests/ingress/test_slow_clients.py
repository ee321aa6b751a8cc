"""Clients that send a byte now and then are shown out, and nobody else notices."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx

from tests.ingress.deliveries import PATH, deliver, event, signed

Rows = Callable[..., list[tuple[Any, ...]]]
PATIENCE_SECONDS = 14.0
HEAD = f"POST {PATH} HTTP/1.1\r\nHost: x\r\n".encode()


def test_a_byte_a_second_ends_after_ten(door: httpx.Client, rows: Rows) -> None:
    stories = {
        "nothing at all": b"",
        "an endless head": HEAD,
        "an endless body": _signed_head() + b"Content-Length: 1000\r\n\r\n{",
        "an endless chunk": _signed_head() + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n{",
    }
    with ThreadPoolExecutor(len(stories)) as clients:
        slow = [clients.submit(_trickle, door, opening) for opening in stories.values()]
        assert deliver(door, event()).status_code == 200
        answers = dict(zip(stories, [one.result() for one in slow], strict=True))
    assert answers["nothing at all"] == answers["an endless head"] == b""
    assert answers["an endless body"].startswith(b"HTTP/1.1 408 ")
    assert answers["an endless chunk"].startswith(b"HTTP/1.1 408 ")
    assert rows("SELECT count(*) FROM inbox") == [(1,)]


def test_a_head_that_is_too_large_is_refused(door: httpx.Client) -> None:
    heads = {
        "one long header": HEAD + b"X: " + b"x" * 20_000 + b"\r\n\r\n",
        "a long address": b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        "endless headers": HEAD + b"X: x\r\n" * 300_000,
    }
    for story, head in heads.items():
        answer = _exchange(door, head)
        assert answer.startswith(b"HTTP/1.1 400 "), story


def test_bytes_that_are_no_http_are_answered_with_400(door: httpx.Client) -> None:
    for nonsense in (b"\x16\x03\x01\x00\xa5\x01\r\n\r\n", b"GET\r\n\r\n", b"GET http:// HTTP/1.1\r\n\r\n"):
        assert _exchange(door, nonsense).startswith(b"HTTP/1.1 400 ")


def _signed_head() -> bytes:
    """One that may well be genuine: only its body could tell."""
    return HEAD + f"Stripe-Signature: {signed(b'')['Stripe-Signature']}\r\n".encode()


def _trickle(door: httpx.Client, opening: bytes) -> bytes:
    """Send the opening, then a byte a second; what was answered before the connection was closed."""
    with _connect(door) as connection:
        connection.sendall(opening)
        connection.settimeout(1.0)
        received = b""
        gives_up_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < gives_up_at:
            try:
                part = connection.recv(65_536)
            except TimeoutError:
                if opening:
                    connection.sendall(b"x")
                continue
            except ConnectionResetError:
                return received
            if not part:
                return received
            received += part
    raise AssertionError("the door is still waiting")


def _exchange(door: httpx.Client, request: bytes) -> bytes:
    with _connect(door) as connection:
        with suppress(ConnectionError):  # refused while it was still being sent
            connection.sendall(request)
        connection.settimeout(5.0)
        return connection.recv(65_536)


def _connect(door: httpx.Client) -> socket.socket:
    return socket.create_connection((door.base_url.host, door.base_url.port or 80))
