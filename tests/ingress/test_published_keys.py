"""Keys that lie at an address are fetched rarely, whatever tokens name, and from nowhere else."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import httpx
import pytest

from callers.key_sets import SET_BYTES_MAX
from ingress.published_keys import PAUSE_SECONDS
from settings import Settings
from tests.callers.issuers import AUDIENCE, ISSUER, by_rsa, key_set, published, rsa
from tests.ingress.running_door import in_thread

INVOICES = "/v1/billing/invoices/"
Answer = Callable[[BaseHTTPRequestHandler], None]


class Place:
    """Where keys lie: what it answers, and how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Answer = showing(key_set(published(rsa(), kid="one")))
        self.url = ""


def showing(content: bytes, status: int = 200, **headers: str) -> Answer:
    """Answers this."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """A byte at a time, without end."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(600):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


@pytest.fixture
def place() -> Iterator[Place]:
    """One that shows a key."""
    keys = Place()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys.asked.append(self.path)
            keys.answer(self)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        keys.url = f"http://127.0.0.1:{server.server_port}/keys.json"
        yield keys
        server.shutdown()


@contextmanager
def _door(settings: Settings, url: str) -> Iterator[httpx.Client]:
    told = {"user_token_issuer": ISSUER, "user_token_audience": AUDIENCE, "user_token_jwks_url": url}
    with in_thread(settings.model_copy(update=told)) as client:
        yield client


def _status(door: httpx.Client, token: str) -> int:
    return door.get(INVOICES, headers={"Authorization": f"Bearer {token}"}).status_code


def test_keys_are_fetched_once_and_made_up_ids_make_nobody_ask_again(
    settings: Settings, place: Place, acme_id: UUID
) -> None:
    with _door(settings, place.url) as door:
        assert _status(door, by_rsa(account_id=str(acme_id))) == 200
        for number in range(30):
            assert _status(door, by_rsa(key_id=f"made up {number}")) == 401
        assert _status(door, by_rsa(account_id=str(acme_id), jti="another")) == 200
    assert len(place.asked) == 1


def test_a_key_that_was_rolled_is_found_after_the_pause(settings: Settings, place: Place, acme_id: UUID) -> None:
    with _door(settings, place.url) as door:
        assert _status(door, by_rsa(account_id=str(acme_id))) == 200
        place.answer = showing(key_set(published(rsa(which=1), kid="new")))
        rolled = by_rsa(key_id="new", which=1, account_id=str(acme_id))
        assert _status(door, rolled) == 401
        time.sleep(PAUSE_SECONDS)
        assert _status(door, rolled) == 200
        assert _status(door, by_rsa(account_id=str(acme_id), jti="old")) == 401
    assert len(place.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        showing(b"", 500), showing(b"no keys"), showing(b" " * (SET_BYTES_MAX + 1)), dripping,
        showing(b"", 302, Location="/elsewhere.json"), showing(b"", 204),
    ],
    ids=["broken", "no keys", "too long", "too slow", "redirected", "empty"],
)  # fmt: skip
def test_without_keys_nobody_is_let_in_and_everybody_else_is(
    settings: Settings, place: Place, key: dict[str, str], answer: Answer
) -> None:
    place.answer = answer
    with _door(settings, place.url) as door:
        refused = door.get(INVOICES, headers={"Authorization": f"Bearer {by_rsa()}"})
        assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
        assert _status(door, by_rsa()) == 503
        # on a busy machine the database may take its time
        assert 200 in (door.get(INVOICES, headers=key).status_code for _ in range(10))
    assert place.asked == ["/keys.json"]
