"""A sandbox process to test, a receiver for its webhooks, and a client that holds every answer to the contract."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import requests
import stripe

from settings import SANDBOX_STRIPE_KEY
from tests.contracts.stripe_openapi import validate_response
from tests.gateways.sandbox_process import address_of
from tests.started import Started

ANSWER_SECONDS = 10
STOP_SECONDS = 10
PATIENCE_SECONDS = 10
POLL_SECONDS = 0.02
GOOD_CARD = "4242424242424242"

Json = dict[str, Any]


class RunningSandbox:
    """One sandbox process: its address stays the same over restarts."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.home = home
        self._arguments = arguments
        self._port = 0
        self.start()

    def start(self) -> None:
        """Returns when the port is taken: connections wait from then on."""
        argv = ("-m", "sandbox", "--port", str(self._port), "--home", str(self.home), *self._arguments)
        self._started = Started(self.home / "process" / "sandbox.log", argv)
        self.address = address_of(self._started)
        self._port = int(self.address.rpartition(":")[2])

    def stop(self) -> None:
        """As Ctrl-C does."""
        self._started.process.send(signal.SIGTERM)
        assert self._started.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """As a crash does."""
        self._started.process.kill()

    def control(self, method: str, path: str, content: object = None) -> Json:
        """The control API under /sandbox; raises for refusals."""
        answer = requests.request(method, f"{self.address}/sandbox/{path}", json=content, timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        told: Json = answer.json()
        return told

    def arm(self, kind: str, **parameters: object) -> None:
        """Put a fault in place."""
        self.control("POST", "faults", {"kind": kind, **parameters})

    @contextmanager
    def stuck(self, path: str) -> Iterator[Callable[[], None]]:
        """The next request to this path hangs until the end of the block; gives a wait for its arrival."""
        fault = self.control("POST", "faults", {"kind": "slow", "path": path, "seconds": 600, "count": 1})

        def has_arrived() -> bool:
            return any(each["id"] == fault["id"] and each["spent"] for each in self.control("GET", "faults")["faults"])

        try:
            yield lambda: eventually(has_arrived, f"a request to {path} hangs")
        finally:
            self.control("DELETE", f"faults/{fault['id']}")

    def set(self, **options: object) -> None:
        """Change options."""
        self.control("PATCH", "options", options)

    def client(self, **options: Any) -> stripe.StripeClient:
        """The vendor's own client, which tries once unless told otherwise."""
        wishes = {"max_network_retries": 0, **options}
        return stripe.StripeClient(SANDBOX_STRIPE_KEY, base_addresses={"api": self.address}, **wishes)

    def pay(self, session_id: str, card_number: str = GOOD_CARD) -> requests.Response:
        """Fill in the checkout page."""
        url, form = f"{self.address}/pay/{session_id}", {"card_number": card_number}
        return requests.post(url, data=form, allow_redirects=False, timeout=ANSWER_SECONDS)


@dataclass
class Api:
    """Raw calls whose every answer is held to Stripe's OpenAPI description; `seen` are the calls made."""

    sandbox: RunningSandbox
    seen: list[tuple[str, str, int]] = field(default_factory=list)

    def call(
        self, method: str, path: str, form: str = "", key: str | None = SANDBOX_STRIPE_KEY, **headers: str
    ) -> tuple[int, Json]:
        """Status and body of one call; underscores in header names become dashes."""
        answer = self.answer(method, path, form, key, **headers)
        body: Json = answer.json()
        return answer.status_code, body

    def answer(
        self, method: str, path: str, form: str = "", key: str | None = SANDBOX_STRIPE_KEY, **headers: str
    ) -> requests.Response:
        """The whole answer of one call."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        sent["Content-Type"] = "application/x-www-form-urlencoded"
        url = self.sandbox.address + path
        answer = requests.request(method, url, data=form, headers=sent, timeout=ANSWER_SECONDS)
        validate_response(method, path, answer.status_code, answer.json())
        self.seen.append((method, path.partition("?")[0], answer.status_code))
        return answer

    def made(self, method: str, path: str, form: str = "", **headers: str) -> Json:
        """The body of a call that must succeed."""
        status, body = self.call(method, path, form, **headers)
        assert status == 200, body
        return body


@dataclass
class Delivery:
    """One request to the receiver."""

    body: bytes
    headers: dict[str, str]
    at: float


class Receiver:
    """A webhook endpoint: keeps what it gets and answers what it is told to, 200 when told nothing."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.deliveries.append(Delivery(body, headers, time.monotonic()))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def running_sandbox(home: Path, *arguments: str) -> Iterator[RunningSandbox]:
    """Start one on a free port, stop it at the end."""
    sandbox = RunningSandbox(home, *arguments)
    try:
        yield sandbox
    finally:
        sandbox.stop()


def eventually(true: Callable[[], bool], what: str) -> None:
    """Wait for something to become true. Raises AssertionError when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(POLL_SECONDS)


def session_form(**more: str) -> str:
    """A checkout of one package for 29.99 USD, as a form."""
    fields = {
        "mode": "payment",
        "success_url": "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "2999",
        "line_items[0][price_data][product_data][name]": "Value package",
        **more,
    }
    return urlencode(fields)
